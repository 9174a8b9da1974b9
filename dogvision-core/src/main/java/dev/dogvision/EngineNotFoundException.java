package dev.dogvision;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** There is no engine that can do what was asked for, and {@link #reason()} says why. */
public final class EngineNotFoundException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  /** Why no engine can be used. */
  public enum Reason {
    /** No engine is on the class path. */
    ABSENT,
    /**
     * An engine's classes are on the class path, but no service file names them: a jar made of
     * several has lost them.
     */
    NOT_REGISTERED,
    /** An engine was found and can't be opened; the message and the cause say why. */
    FAILED,
    /** None of the engines found has the name that was asked for. */
    UNKNOWN_NAME,
    /** The engines found only predict, and training was asked for. */
    ONLY_PREDICTS,
    /** The engines found open no published modules, and the network is one. */
    OPENS_NO_MODULES
  }

  private final Reason reason;
  private final List<String> found;

  /**
   * An exception about engines.
   *
   * @param reason why none can be used
   * @param found the names of the engines that were found
   * @param message what was found, what was expected, what to do
   * @param cause what went wrong underneath, or null
   */
  public EngineNotFoundException(
      Reason reason, List<String> found, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.found = List.copyOf(found);
  }

  /**
   * Why no engine can be used.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * The engines that were found, though none can be used for what was asked.
   *
   * @return their names; empty where there is none
   */
  public List<String> found() {
    return found;
  }
}
