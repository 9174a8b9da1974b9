package dev.dogvision.cli;

import org.jspecify.annotations.Nullable;

/** Work that was interrupted: what is done of it, and how it goes on. */
final class InterruptedWorkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InterruptedWorkException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
