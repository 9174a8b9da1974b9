package dev.dogvision.web;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page, in memory: what is asked for is looked up and never opened. */
final class PageFiles {
  /** Where the jar has it, which is where servlet containers serve files from. */
  static final String FOLDER = "/META-INF/resources/dogvision/";

  private static final Map<String, String> TYPES =
      ImmutableMap.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private final Map<String, PageFile> files;

  /** One file. */
  static final class PageFile {
    private final String type;
    private final byte[] content;

    private PageFile(String type, byte[] content) {
      this.type = type;
      this.content = content;
    }

    String type() {
      return type;
    }

    byte[] content() {
      return content;
    }
  }

  PageFiles() {
    ImmutableMap.Builder<String, PageFile> read = ImmutableMap.builder();
    TYPES.forEach((name, type) -> read.put("/" + name, new PageFile(type, read(name))));
    read.put("/", new PageFile("text/html; charset=utf-8", read("index.html")));
    files = read.buildOrThrow();
  }

  @Nullable PageFile get(String path) {
    return files.get(path);
  }

  private static byte[] read(String name) {
    try (InputStream stream = PageFiles.class.getResourceAsStream(FOLDER + name)) {
      if (stream == null) {
        throw new IllegalStateException(
            "dogvision-web's jar lacks " + FOLDER + name + ": it was repackaged without resources");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
