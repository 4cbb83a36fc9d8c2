// A vitest reporter that says in one line of JSON what passed, failed and was skipped, crashed files included.

/** Counts tests; a file that failed without a failed test, and an error outside of tests, count as one failure each. */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    const count = { passed: 0, failed: errors.length, skipped: 0, why: [] };
    for (const module of modules) {
      let failed = 0;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') count.passed += 1;
        else if (state === 'failed') failed += 1;
        else {
          count.skipped += 1;
          count.why.push(`${module.relativeModuleId ?? module.moduleId}: ${test.fullName}: ${note ?? `marked ${test.options.mode}`}`);
        }
      }
      if (failed === 0 && module.state() === 'failed') failed = 1;
      count.failed += failed;
    }
    process.stdout.write(`\n${CountReporter.mark}${JSON.stringify(count)}\n`);
  }

  /** How the line begins. */
  static mark = 'vitest-count ';
}
