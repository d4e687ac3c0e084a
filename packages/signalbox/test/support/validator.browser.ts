/**
 * The validator, on in every test in a browser. Workers have no environment to inherit there: the same code is under the
 * validator in the threads of the tests in Node.
 */
import "./validator-of-each-test.ts";
