#!/bin/sh
# Makes the certificates of the TLS tests: a CA of our own, and what it signed, valid until 2126.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 \
  -subj "/CN=clipper test CA" -addext "keyUsage=critical,keyCertSign,cRLSign" \
  -keyout "$work/ca.key" -out ca.pem 2>/dev/null
sign() { # name, subject alternative name, first day, last day
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1.test" \
    -keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
  : > "$work/index.txt"; echo 01 > "$work/serial"
  cat > "$work/ca.cnf" <<EOF
[ca]
default_ca = here
[here]
database = $work/index.txt
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
subjectAltName = $2
authorityKeyIdentifier = keyid
extendedKeyUsage = serverAuth
EOF
  openssl ca -batch -config "$work/ca.cnf" -cert ca.pem -keyfile "$work/ca.key" \
    -startdate "$3" -enddate "$4" -in "$work/$1.csr" -out "$work/$1.crt" -notext 2>/dev/null
  cat "$work/$1.crt" "$work/$1.key" > "$1.pem"
}
sign good DNS:good.test 20200101000000Z 21260101000000Z
sign expired DNS:good.test 20200101000000Z 20210101000000Z
rm -r "$work"
