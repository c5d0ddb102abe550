import { X509Certificate } from 'node:crypto';

/** What a certificate says, as OpenSSL reads it. */
export interface CertificateFacts {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** The common name of who signed it. */
  readonly issuer: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** Whom its holder may be taken for, or what else: an object identifier. */
  readonly usages: readonly string[];
  readonly isAuthority: boolean;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** In hexadecimal digits. */
  readonly serial: string;
  /** SHA-256 of the whole, in hexadecimal digits. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** The certificate in DER. */
  readonly whole: Uint8Array;
}

/** Undefined: this is no certificate in PEM. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  try {
    return factsOf(new X509Certificate(pem));
  } catch {
    return undefined;
  }
}

/** Whether the holder of this certificate's key has signed that other one. */
export function hasIssued(issuerPem: string, pem: string): boolean {
  try {
    const issuer = new X509Certificate(issuerPem);
    const issued = new X509Certificate(pem);
    return issued.checkIssued(issuer) && issued.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

const USAGES: ReadonlyMap<string, string> = new Map([
  ['1.3.6.1.5.5.7.3.1', 'server'],
  ['1.3.6.1.5.5.7.3.2', 'client'],
]);

function factsOf(certificate: X509Certificate): CertificateFacts {
  const names = certificate.subjectAltName?.split(', ') ?? [];
  return {
    commonName: partsOf(certificate.subject, 'CN').join(' '),
    organizations: partsOf(certificate.subject, 'O'),
    issuer: partsOf(certificate.issuer, 'CN').join(' '),
    dnsNames: after(names, 'DNS:'),
    addresses: after(names, 'IP Address:'),
    usages: (certificate.keyUsage ?? []).map((usage) => USAGES.get(usage) ?? usage),
    isAuthority: certificate.ca,
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    publicKey: certificate.publicKey.export({ type: 'spki', format: 'der' }),
    whole: certificate.raw,
  };
}

/** A name is written one part to a line. */
function partsOf(name: string, part: string): readonly string[] {
  return after(name.split('\n'), `${part}=`);
}

function after(texts: readonly string[], head: string): readonly string[] {
  return texts.filter((text) => text.startsWith(head)).map((text) => text.slice(head.length));
}
