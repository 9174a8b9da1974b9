package dev.dogvision.cli;

/** What the process says by its exit code. The help of each command lists them. */
final class ExitCode {
  /** Everything was done. */
  static final int DONE = 0;

  /** Some pictures failed, or the doctor found something wrong. */
  static final int SOME_FAILED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** The work could not be done. */
  static final int FAILED = 3;

  /** What shells say of a signal is 128 and its number. */
  static final int SIGNALLED = 128;

  private ExitCode() {}
}
