package dev.dogvision.djl;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipOutputStream;

/** One jar made of several jars and folders, as maven-shade-plugin makes one. */
final class MergedJar {
  private static final String SERVICES = "META-INF/services/";

  private MergedJar() {}

  /**
   * Writes the jar. Of several files of one name the first wins.
   *
   * @param services whether service files are merged, as one has to ask for
   */
  static void write(Path jar, List<Path> parts, boolean services) throws IOException {
    Map<String, List<byte[]>> texts = new LinkedHashMap<>();
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      Set<String> names = new HashSet<>();
      for (Path part : parts) {
        if (Files.isDirectory(part)) {
          try (Stream<Path> files = Files.walk(part)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
              String name = part.relativize(file).toString().replace('\\', '/');
              add(zip, names, texts, services, name, Files.readAllBytes(file));
            }
          }
        } else {
          try (JarFile source = new JarFile(part.toFile())) {
            for (JarEntry entry : source.stream().filter(entry -> !entry.isDirectory()).toList()) {
              try (InputStream in = source.getInputStream(entry)) {
                add(zip, names, texts, services, entry.getName(), in.readAllBytes());
              }
            }
          }
        }
      }
      for (Map.Entry<String, List<byte[]>> text : texts.entrySet()) {
        zip.putNextEntry(new JarEntry(text.getKey()));
        for (byte[] lines : text.getValue()) {
          zip.write(lines);
          zip.write('\n');
        }
      }
    }
  }

  private static void add(
      ZipOutputStream zip,
      Set<String> names,
      Map<String, List<byte[]>> texts,
      boolean services,
      String name,
      byte[] content)
      throws IOException {
    if (services && name.startsWith(SERVICES)) {
      texts.computeIfAbsent(name, any -> new ArrayList<>()).add(content);
    } else if (!name.endsWith("module-info.class") && names.add(name)) {
      zip.putNextEntry(new JarEntry(name));
      zip.write(content);
    }
  }
}
