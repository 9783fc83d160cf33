# Perl's Furl under test: one object, which keeps a connection, and follows redirects.
use strict;
use warnings;
use Furl;
use JSON::PP;
use MIME::Base64;

$| = 1;
my $json   = JSON::PP->new->ascii->canonical;
my $client = Furl->new;
print $json->encode({ version => 1, client => "Furl $Furl::VERSION" }), "\n";

while (my $line = <STDIN>) {
    my $request  = decode_json($line);
    my @fields   = map { @$_ } @{ $request->{fields} };
    my @content  = defined $request->{content} ? (content => decode_base64($request->{content})) : ();
    my @asked    = (method => $request->{method}, url => $request->{url}, headers => \@fields);
    my $response = eval { $client->request(@asked, @content) };
    my %outcome  = (id => $request->{id});

    # Its own errors are responses with a mark.
    if (!$response || ($response->header('X-Internal-Response') // '')) {
        my $text = $response ? $response->message : $@;
        $text =~ s/ at \S+ line \d+\.?\s*\z//;
        $outcome{error} = { kind => 'internal response', text => $text };
    }
    else {
        $outcome{status}  = 0 + $response->code;
        $outcome{reason}  = $response->message;
        $outcome{content} = encode_base64($response->content, '');
        my @shown = $response->headers->flatten;
        while (my ($name, $value) = splice @shown, 0, 2) { push @{ $outcome{fields} }, [ $name, "$value" ] }
        $outcome{fields} //= [];
    }
    print $json->encode(\%outcome), "\n";
}
