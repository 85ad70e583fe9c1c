#!/bin/sh
# Makes the certificates of the TLS tests: a CA of our own, and what it signed. All but the expired
# one hold from 2020 to 2126, so that no clock makes a test fail.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
FROM=20200101000000Z UNTIL=21260101000000Z
cat > "$work/ca.cnf" <<EOF
[ca]
default_ca = here
[here]
database = $work/index.txt
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
EOF
sign() { # name, common name, section of extensions, first day, last day, what signs
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
    -keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
  : > "$work/index.txt"; echo 01 > "$work/serial"
  name=$1 section=$3 first=$4 last=$5; shift 5
  openssl ca -batch -config "$work/ca.cnf" -extensions "$section" -startdate "$first" -enddate "$last" \
    -in "$work/$name.csr" -out "$work/$name.crt" -notext "$@" 2>/dev/null
}
leaf() { # name, host, first day, last day
  printf '[leaf_%s]\nsubjectAltName = DNS:%s\nauthorityKeyIdentifier = keyid\nextendedKeyUsage = serverAuth\n' \
    "$1" "$2" >> "$work/ca.cnf"
  sign "$1" "$1.test" "leaf_$1" "$3" "$4" -cert ca.pem -keyfile "$work/ca.key"
  cat "$work/$1.crt" "$work/$1.key" > "$1.pem"
}
sign ca "clipper test CA" authority $FROM $UNTIL -selfsign -keyfile "$work/ca.key"
cp "$work/ca.crt" ca.pem
leaf good good.test $FROM $UNTIL
leaf expired good.test $FROM 20210101000000Z
rm -r "$work"
