# Perl's LWP::UserAgent under test, with its defaults: it connects for each request.
use strict;
use warnings;
use HTTP::Request;
use JSON::PP;
use LWP::UserAgent;
use MIME::Base64;

$| = 1;
my $json = JSON::PP->new->ascii->canonical;

# Credentials for any realm, once for each request.
package Agent {
    our @ISA = ('LWP::UserAgent');
    our $credentials;
    sub get_basic_credentials { my $pair = $credentials; return $pair ? @$pair : () }
}
my $client = Agent->new;
print $json->encode({ version => 1, client => "LWP $LWP::UserAgent::VERSION" }), "\n";

while (my $line = <STDIN>) {
    my $request = decode_json($line);
    my @fields  = map { @$_ } @{ $request->{fields} };
    my $content = defined $request->{content} ? decode_base64($request->{content}) : undef;
    $Agent::credentials = $request->{credentials};
    my $response = $client->request(HTTP::Request->new($request->{method}, $request->{url}, \@fields, $content));
    my %outcome  = (id => $request->{id});

    # Its own errors, and content that broke off, are marked in fields.
    my $died = $response->header('X-Died') // ($response->header('Client-Aborted') ? 'aborted' : undef);
    if (($response->header('Client-Warning') // '') eq 'Internal response') {
        $outcome{error} = { kind => 'Internal response', text => $response->message };
    }
    elsif (defined $died) {
        $outcome{error} = { kind => 'X-Died', text => $died };
    }
    else {
        $outcome{status}  = 0 + $response->code;
        $outcome{reason}  = $response->message;
        my $decoded = $response->decoded_content(charset => 'none');
        $outcome{content} = encode_base64($decoded // $response->content, '');
        my @shown;
        $response->headers->scan(sub { push @shown, [ "$_[0]", "$_[1]" ] unless $_[0] =~ /^(::|Client-|Title$|Link$)/i });
        $outcome{fields} = \@shown;
    }
    $outcome{error}{text} =~ s/ at \S+ line \d+\.?\s*\z// if $outcome{error};
    print $json->encode(\%outcome), "\n";
}
