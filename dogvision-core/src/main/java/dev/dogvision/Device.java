package dev.dogvision;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a network runs.
 *
 * @param type {@code cpu} or {@code cuda}
 * @param index which of them, from 0; always 0 for {@code cpu}
 */
public record Device(String type, int index) {
  private static final Pattern SYNTAX = Pattern.compile("cpu|cuda(?::(\\d{1,4}))?");

  /** The processor. */
  public static final Device CPU = new Device("cpu", 0);

  /** Checks the type and the index. */
  public Device {
    checkArgument(
        type.equals("cpu") || type.equals("cuda"), "device type must be cpu or cuda: %s", type);
    checkArgument(
        index >= 0 && (index == 0 || type.equals("cuda")), "no device %s:%s", type, index);
  }

  /**
   * Reads a device's name.
   *
   * @param name {@code cpu}, {@code cuda} (the first GPU) or {@code cuda:<index>}
   * @return the device
   * @throws IllegalArgumentException if it is neither
   */
  public static Device parse(String name) {
    Matcher matcher = SYNTAX.matcher(name);
    checkArgument(
        matcher.matches(),
        "device must be \"cpu\", \"cuda\" or \"cuda:<index>\" (one device; several are not"
            + " supported), got \"%s\"",
        name);
    if (name.equals("cpu")) {
      return CPU;
    }
    return new Device("cuda", matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)));
  }

  @Override
  public String toString() {
    return type.equals("cpu") ? "cpu" : type + ":" + index;
  }
}
