package dev.dogvision.spi;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * A published module and what its publisher says of it.
 *
 * @param url where it was found, as it was asked for
 * @param sha256 the hash of the module's file, 64 hexadecimal digits
 * @param arguments what is published about a picture's preprocessing, by the publisher's own names,
 *     for example {@code width} and {@code normalize}; empty where nothing is
 * @param licence the licence's name; empty where none is told
 */
public record ZooEntry(String url, String sha256, Map<String, String> arguments, String licence) {

  /** Copies the arguments. */
  public ZooEntry {
    arguments = ImmutableMap.copyOf(arguments);
  }
}
