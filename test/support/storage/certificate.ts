// A certificate of nobody for servers on the loopback, made by openssl.

import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder with `cert.pem` and `key.pem`; whoever asked for it removes it. */
export function newCertificate(): string {
  const folder = mkdtempSync(join(tmpdir(), "varve-certificate-"));
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  args.push("-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem"));
  args.push("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1");
  execFileSync("openssl", args, { stdio: "ignore" });
  return folder;
}
