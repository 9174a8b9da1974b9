package dev.dogvision.cli;

import java.io.Console;

/** Whether a person watches. */
final class Terminal {
  private Terminal() {}

  /** Whether input and output are a terminal, where progress may be shown. */
  @SuppressWarnings("SystemConsoleNull") // asks Console.isTerminal where there is such a thing
  static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try { // from Java 22 on there is a console even where output goes to a file
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
