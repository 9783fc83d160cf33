# Perl's Mojo::UserAgent under test, with its defaults: it keeps connections, and follows no redirects.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64;
use Mojo::IOLoop;
use Mojo::UserAgent;
use Mojolicious;

$| = 1;
my $json   = JSON::PP->new->ascii->canonical;
my $client = Mojo::UserAgent->new;
print $json->encode({ version => 1, client => "Mojo::UserAgent $Mojolicious::VERSION" }), "\n";

while (my $line = <STDIN>) {
    my $request = decode_json($line);
    $client->cookie_jar->empty;
    my %fields;
    push @{ $fields{ $_->[0] } }, $_->[1] for @{ $request->{fields} };
    my @content = defined $request->{content} ? decode_base64($request->{content}) : ();
    my $asked   = $client->build_tx($request->{method}, $request->{url}, \%fields, @content);
    my $tx      = $client->start($asked);
    my %outcome = (id => $request->{id});
    my $error   = $tx->error;
    if ($error && !$error->{code}) {
        $outcome{error} = { kind => 'error', text => $error->{message} };
    }
    else {
        my $response = $tx->res;
        $outcome{status}  = 0 + $response->code;
        $outcome{reason}  = $response->message;
        $outcome{content} = encode_base64($response->body, '');
        my $shown = $response->headers->to_hash(1);
        $outcome{fields} = [ map { my $name = $_; map { [ $name, "$_" ] } @{ $shown->{$name} } } sort keys %$shown ];
    }
    print $json->encode(\%outcome), "\n";
}
