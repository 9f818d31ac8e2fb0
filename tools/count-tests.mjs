// Prints the closing line of a test run from vitest's JSON report, and fails when a test failed or
// none ran: node tools/count-tests.mjs REPORT

import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const skipped = report.numPendingTests + report.numTodoTests;
for (const file of report.testResults) {
  for (const test of file.assertionResults) {
    if (test.status === "pending" || test.status === "skipped")
      console.log(`skipped: ${test.fullName}`);
  }
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);
const fileFailed = report.testResults.some((file) => file.status === "failed");
process.exitCode = report.numPassedTests > 0 && report.numFailedTests === 0 && !fileFailed ? 0 : 1;
