# Perl's HTTP::Tiny under test: one object, which keeps its connection.
use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;
use MIME::Base64;

$| = 1;
my $json   = JSON::PP->new->ascii->canonical;
my $client = HTTP::Tiny->new;
print $json->encode({ version => 1, client => "HTTP::Tiny $HTTP::Tiny::VERSION" }), "\n";

while (my $line = <STDIN>) {
    my $request = decode_json($line);
    my %options = (headers => { map { $_->[0] => $_->[1] } @{ $request->{fields} } });
    $options{content} = decode_base64($request->{content}) if defined $request->{content};
    my $trailers = $request->{trailers};
    if ($trailers) {
        my @pieces = ($options{content});
        $options{content} = sub { shift @pieces };
        $options{trailer_callback} = sub { return { map { $_->[0] => $_->[1] } @$trailers } };
    }
    my ($limit, $kept, $dropped) = ($request->{drop_after}, "");
    if (defined $limit) {
        $options{data_callback} = sub {
            ($kept, $dropped) = ($kept . $_[0], $_[1]);
            die "dropped\n" if length $kept >= $limit;
        };
    }
    my $response = $client->request($request->{method}, $request->{url}, \%options);
    my %outcome = (id => $request->{id});

    if (defined $limit && length $kept >= $limit) {
        @outcome{qw(status content)} = (0 + $dropped->{status}, encode_base64(substr($kept, 0, $limit), ""));
        print $json->encode(\%outcome), "\n";
        next;
    }

    # Its own errors have the status 599, and no version.
    if ($response->{status} == 599 && !defined $response->{protocol}) {
        my $text = $response->{content};
        $text =~ s/ at \S+ line \d+\.?\s*\z//;
        $outcome{error} = { kind => $response->{reason}, text => $text };
    }
    else {
        my $fields = $response->{headers};
        $outcome{status} = 0 + $response->{status};
        $outcome{reason} = $response->{reason};
        $outcome{url} = $response->{url};
        $outcome{content} = encode_base64($response->{content} // "", "");
        for my $name (sort keys %$fields) {
            my $values = $fields->{$name};
            push @{ $outcome{fields} }, map { [ $name, $_ ] } ref $values ? @$values : $values;
        }
        $outcome{fields} //= [];
    }
    print $json->encode(\%outcome), "\n";
}
