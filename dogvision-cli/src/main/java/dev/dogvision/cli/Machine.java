package dev.dogvision.cli;

import com.google.common.base.Splitter;
import com.google.common.primitives.Longs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a Linux machine says of itself in its files; of other systems nothing is known here. What
 * can't be read is absent, never a failure.
 */
final class Machine {
  /** A limit so high is none: version 1 of control groups says so where there is none. */
  private static final long NO_LIMIT = 1L << 60;

  private final Path root;

  Machine(Path root) {
    this.root = root;
  }

  static Machine here() {
    return new Machine(Path.of("/"));
  }

  /** The C library that processes use: {@code musl}, as in Alpine, or {@code glibc}. */
  Optional<String> cLibrary() {
    for (String line : lines("proc/self/maps")) { // what this process has loaded
      if (line.contains("/ld-musl-")) {
        return Optional.of("musl");
      }
      if (line.contains("/libc.so.6") || line.contains("/libc-2.")) {
        return Optional.of("glibc");
      }
    }
    return Optional.empty();
  }

  /** The memory of the machine, in bytes. */
  OptionalLong memory() {
    for (String line : lines("proc/meminfo")) {
      List<String> words = Splitter.onPattern("\\s+").omitEmptyStrings().splitToList(line);
      if (words.size() == 3 && words.get(0).equals("MemTotal:")) {
        Long kilobytes = Longs.tryParse(words.get(1));
        return kilobytes == null ? OptionalLong.empty() : OptionalLong.of(kilobytes << 10);
      }
    }
    return OptionalLong.empty();
  }

  /** The memory that a container's processes may take together, in bytes. */
  OptionalLong memoryLimit() {
    for (String file :
        List.of("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")) {
      for (String line : lines(file)) {
        Long limit = Longs.tryParse(line.strip());
        if (limit != null && limit < NO_LIMIT) {
          return OptionalLong.of(limit);
        }
      }
    }
    return OptionalLong.empty();
  }

  /** Whether the system lists a GPU of NVIDIA's. */
  boolean hasNvidiaDevice() {
    return Files.exists(root.resolve("dev/nvidia0"))
        || Files.exists(root.resolve("proc/driver/nvidia/version"));
  }

  /** Whether programs and libraries may not be run from a folder. */
  boolean forbidsPrograms(Path folder) {
    String path = folder.toAbsolutePath().normalize().toString();
    String options = "";
    int longest = -1;
    for (String line : lines("proc/self/mounts")) {
      List<String> words = Splitter.on(' ').splitToList(line);
      if (words.size() < 4) {
        continue;
      }
      String place = words.get(1);
      boolean above = path.equals(place) || path.startsWith(place.equals("/") ? "/" : place + "/");
      if (above && place.length() >= longest) {
        longest = place.length();
        options = words.get(3);
      }
    }
    return Splitter.on(',').splitToList(options).contains("noexec");
  }

  /**
   * The native libraries that this process has loaded, besides those of the system and of Java.
   *
   * @return each with its size in bytes, in the order in which the system lists them
   */
  Map<Path, Long> loadedLibraries() {
    Path java = Path.of(System.getProperty("java.home", ""));
    Map<Path, Long> libraries = new LinkedHashMap<>();
    for (String line : lines("proc/self/maps")) {
      int slash = line.indexOf('/');
      if (slash < 0 || !line.contains(".so")) {
        continue;
      }
      Path file = Path.of(line.substring(slash));
      if (file.startsWith("/lib")
          || file.startsWith("/lib64")
          || file.startsWith("/usr")
          || file.startsWith(real(java))) {
        continue;
      }
      libraries.computeIfAbsent(file, Machine::size);
    }
    return libraries;
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder;
    }
  }

  private static @Nullable Long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) { // loaded, and deleted since
      return 0L;
    }
  }

  private List<String> lines(String file) {
    Path path = root.resolve(file);
    try {
      // Names of files may be of any character set.
      return Files.exists(path) ? Files.readAllLines(path, StandardCharsets.ISO_8859_1) : List.of();
    } catch (IOException | SecurityException e) {
      return List.of();
    }
  }

  /** The files of a folder and of those in it: how many, and how large together. */
  record Contents(int files, long bytes) {
    static Contents of(Path folder) {
      List<Path> open = new ArrayList<>(List.of(folder));
      int files = 0;
      long bytes = 0;
      while (!open.isEmpty()) {
        try (DirectoryStream<Path> entries =
            Files.newDirectoryStream(open.remove(open.size() - 1))) {
          for (Path entry : entries) {
            if (Files.isSymbolicLink(entry)) {
              continue;
            }
            if (Files.isDirectory(entry)) {
              open.add(entry);
            } else {
              files++;
              Long size = size(entry);
              bytes += size == null ? 0 : size;
            }
          }
        } catch (IOException | DirectoryIteratorException e) {
          // It is not ours to read, and not ours to fail by.
        }
      }
      return new Contents(files, bytes);
    }
  }
}
