package dev.dogvision;

import java.util.List;
import java.util.Optional;

/**
 * What is known of an engine on the class path.
 *
 * @param name for example {@code PyTorch through DJL}
 * @param trains whether it can train; all can predict
 * @param version the versions that make its numbers what they are; empty if it can't be used here
 * @param devices where it can run, best first; empty if it can't be used here
 * @param failure why it can't be used here; empty if it can
 */
public record EngineInfo(
    String name,
    boolean trains,
    Optional<String> version,
    List<Device> devices,
    Optional<DogVisionException> failure) {

  /** Keeps a copy of the list. */
  public EngineInfo {
    devices = List.copyOf(devices);
  }

  @Override
  public String toString() {
    return name
        + version.map(text -> " (" + text + ")").orElse("")
        + (trains ? "" : ", only predicts")
        + failure
            .map(reason -> ", can't be used: " + reason.getMessage())
            .orElse(", on " + devices);
  }
}
