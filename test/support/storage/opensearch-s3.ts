// The real OpenSearch with its S3 plugin: the plugin's jar and what it needs from Maven Central, in
// a copy of the distribution.

import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { distribution, judgeUnavailable } from "../judge.ts";
import { provisionOnce, runCommand } from "./process.ts";

/** The version that the plugin is provisioned for. */
export const PLUGIN_VERSION = "3.6.0";
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
const DESCRIPTOR = `description=S3 repositories
version=${PLUGIN_VERSION}
name=repository-s3
classname=org.opensearch.repositories.s3.S3RepositoryPlugin
java.version=21
opensearch.version=${PLUGIN_VERSION}
has.native.controller=false
`;
const POLICY = `grant {
  permission java.net.SocketPermission "*", "connect,resolve";
  permission java.lang.RuntimePermission "accessDeclaredMembers";
  permission java.lang.RuntimePermission "getClassLoader";
  permission java.lang.RuntimePermission "setContextClassLoader";
  permission java.lang.RuntimePermission "createClassLoader";
  permission java.lang.reflect.ReflectPermission "suppressAccessChecks";
  permission java.util.PropertyPermission "*", "read,write";
  permission java.io.FilePermission "<<ALL FILES>>", "read";
};
`;

/** The distribution's folder; Error where there is no Java or Maven. */
export async function provideServerWithS3(): Promise<string> {
  const reason = judgeUnavailable();
  if (reason !== undefined) throw new Error(reason);
  const plain = await distribution(PLUGIN_VERSION);
  return provisionOnce(`opensearch-${PLUGIN_VERSION}-s3`, async (folder) => {
    cpSync(plain, folder, { recursive: true });
    const build = join(folder, "plugin-build");
    mkdirSync(build, { recursive: true });
    writeFileSync(
      join(build, "pom.xml"),
      '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
        "<groupId>varve</groupId><artifactId>s3-for-tests</artifactId><version>1</version>" +
        "<dependencies><dependency><groupId>org.opensearch.plugin</groupId>" +
        `<artifactId>repository-s3</artifactId><version>${PLUGIN_VERSION}</version>` +
        "</dependency></dependencies></project>\n",
    );
    const jars = join(build, "jars");
    await runCommand("mvn", ["-q", "-B", COPY, `-DoutputDirectory=${jars}`], { cwd: build });
    const plugin = join(folder, "plugins/repository-s3");
    mkdirSync(plugin, { recursive: true });
    for (const jar of readdirSync(jars)) {
      // What the server itself has must not be there twice.
      if (!existsSync(join(folder, "lib", jar))) cpSync(join(jars, jar), join(plugin, jar));
    }
    writeFileSync(join(plugin, "plugin-descriptor.properties"), DESCRIPTOR);
    writeFileSync(join(plugin, "plugin-security.policy"), POLICY);
  });
}
