# Perl's AnyEvent::HTTP under test, with its defaults: connections are kept for idempotent requests.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::HTTP;
use JSON::PP;
use MIME::Base64;

$| = 1;
my $json = JSON::PP->new->ascii->canonical;
print $json->encode({ version => 1, client => "AnyEvent::HTTP $AnyEvent::HTTP::VERSION" }), "\n";

# The loop runs while the driver waits for the next line.
my $rest = '';
while (1) {
    while ($rest !~ /\n/) {
        my $readable = AnyEvent->condvar;
        my $watcher  = AnyEvent->io(fh => \*STDIN, poll => 'r', cb => sub { $readable->send });
        $readable->recv;
        exit 0 unless sysread STDIN, $rest, 1 << 20, length $rest;
    }
    $rest =~ s/^(.*)\n//;
    my $request = decode_json($1);
    my @options = (headers => { map { $_->[0] => $_->[1] } @{ $request->{fields} } });
    push @options, body => decode_base64($request->{content}) if defined $request->{content};
    my $done = AnyEvent->condvar;
    http_request $request->{method} => $request->{url}, @options, sub { $done->send(@_) };
    my ($content, $fields) = $done->recv;
    my %outcome = (id => $request->{id});

    # Its own errors have the statuses 590 to 599, and no fields of a response, or its status beside them.
    my $is_own = !grep({ /^[a-z]/ } keys %$fields) || defined $fields->{OrigStatus};
    if ($is_own && $fields->{Status} =~ /^59\d$/) {
        $outcome{error} = { kind => "$fields->{Status}", text => $fields->{Reason} };
    }
    else {
        $outcome{status}  = 0 + $fields->{Status};
        $outcome{reason}  = $fields->{Reason};
        $outcome{content} = encode_base64($content // '', '');
        $outcome{fields}  = [ map { [ $_, "$fields->{$_}" ] } grep { !/^[A-Z]/ } sort keys %$fields ];
    }
    print $json->encode(\%outcome), "\n";
}
