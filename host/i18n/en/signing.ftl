# Keys that the program signs with, and certificates that it trusts.
doctor-signing-good = the signing key is there
doctor-signing-open = others can read the key file
doctor-signing-mismatch = key and certificate do not belong together: one of them was replaced without the other
doctor-signing-broken = nothing can be signed or verified: { $cause }
doctor-signing-cure = look at [signing] in exchange.toml: the key file, its rights, its certificate
doctor-signing-certificate-cure = make a new key with a certificate, register it at the portal, and name it in exchange.toml (docs/signing.md)
doctor-verification-certificate-cure = download the portal's new certificate and add it to certificates beside the old one (docs/signing.md)
