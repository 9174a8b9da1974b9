package dev.dogvision.cli;

/** Nobody reads what is written any more, such as {@code head} when it has its lines. */
final class BrokenPipeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokenPipeException() {
    super("nobody reads the output any more");
  }
}
