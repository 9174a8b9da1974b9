package dev.dogvision.examples;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Takes pictures of pages in a Chromium that this machine has. */
final class HeadlessChromium {
  /** Chromium opens no narrower window. */
  private static final int NARROWEST_WINDOW = 500;

  private static final int PATIENCE_SECONDS = 120;

  private final Path program;

  private HeadlessChromium(Path program) {
    this.program = program;
  }

  static Optional<HeadlessChromium> find() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(HeadlessChromium::new);
  }

  /**
   * Takes a picture of a page.
   *
   * @param page an HTML file
   * @param place where to scroll to, {@code #id}, or nothing
   * @param width of the page, in pixels
   * @param height of the page, in pixels
   * @param dark whether the reader prefers dark colours
   * @return the picture
   * @throws IOException if Chromium fails
   */
  BufferedImage photograph(Path page, String place, int width, int height, boolean dark)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("chromium");
    // A frame can be as narrow as a phone, which a window can't.
    Path frame =
        Files.writeString(
            folder.resolve("frame.html"),
            String.format(
                Locale.ROOT,
                """
            <!DOCTYPE html>
            <style>
            :root { color-scheme: light dark }
            body { margin: 0 }
            iframe { border: 0; display: block; width: %dpx; height: %dpx }
            </style>
            <iframe src="%s"></iframe>
            """,
                width,
                height,
                page.toUri() + place));
    Path picture = folder.resolve("picture.png");
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--force-prefers-reduced-motion",
                "--user-data-dir=" + folder.resolve("profile"),
                "--virtual-time-budget=5000",
                "--window-size=" + Math.max(NARROWEST_WINDOW, width) + "," + height,
                "--screenshot=" + picture));
    if (dark) {
      command.add("--force-dark-mode");
    }
    command.add(frame.toUri().toString());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    if (!Files.exists(picture)) {
      throw new IOException(program + " took no picture of " + page);
    }
    return ImageIO.read(picture.toFile()).getSubimage(0, 0, width, height);
  }
}
