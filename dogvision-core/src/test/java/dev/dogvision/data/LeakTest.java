package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photographs that are in two parts, whatever they are called there. */
class LeakTest {
  @TempDir private Path folder;

  @CanIgnoreReturnValue
  private Path draw(String name, int seed) throws IOException {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(seed * 7919));
    graphics.fillRect(3, 3, 5 + seed % 10, 9);
    graphics.dispose();
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void folders_filled_by_copying_are_found_out() throws IOException {
    for (int i = 0; i < 6; i++) {
      draw("train/" + (i % 2 == 0 ? "pug" : "chow") + "/IMG_" + i + ".png", i);
      draw("valid/" + (i % 2 == 0 ? "pug" : "chow") + "/dog" + i + ".png", 100 + i);
    }
    Files.copy(folder.resolve("train/pug/IMG_2.png"), folder.resolve("valid/pug/dog9.png"));
    Files.copy(folder.resolve("train/chow/IMG_3.png"), folder.resolve("valid/chow/a.png"));
    Split split =
        Split.of(
            DatasetBuilder.fromFolders(folder.resolve("train")).build(),
            DatasetBuilder.fromFolders(folder.resolve("valid")).build());

    assertThat(split.leaks())
        .containsExactlyInAnyOrder(
            new Leak("validation", "chow/a", "train", "chow/IMG_3"),
            new Leak("validation", "pug/dog9", "train", "pug/IMG_2"));
    assertThat(split.summary())
        .contains(
            "train:      6 images, 2 of 2 labels",
            "validation: 8 images, 2 of 2 labels",
            "2 photographs are in two parts, which flatters what is measured: ",
            "pug/dog9 of validation is pug/IMG_2 of train");
  }

  @Test
  void copies_in_one_data_set_may_fall_into_three_parts() throws IOException {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Path file = draw(i + ".png", 5);
      examples.add(new Example("copy " + i, file, i % 2 == 0 ? "pug" : "chow"));
    }
    Split split = Dataset.of(examples).split(0.5, 0.25, 3);

    assertThat(split.leaks())
        .filteredOn(leak -> leak.part().equals("validation"))
        .hasSize(split.validation().size());
    assertThat(split.leaks())
        .filteredOn(leak -> leak.part().equals("test"))
        .extracting(Leak::otherPart)
        .contains("train", "validation");
  }

  @Test
  void nothing_is_read_of_files_whose_size_tells_them_apart() throws IOException {
    Path one = Files.write(folder.resolve("one.jpg"), new byte[10]);
    Path other = Files.write(folder.resolve("other.jpg"), new byte[11]);
    AtomicInteger opened = new AtomicInteger();
    ImageSource far =
        ImageSource.of(
            "far",
            () -> {
              opened.incrementAndGet();
              throw new AssertionError("opened");
            });
    Dataset train = Dataset.of(List.of(new Example("a", one, "pug"), new Example("b", far, "pug")));
    Dataset validation =
        Dataset.of(List.of(new Example("c", other, "pug"), new Example("d", far, "pug")));

    assertThat(Split.of(train, validation).leaks())
        .containsExactly(new Leak("validation", "d", "train", "b"));
    assertThat(opened).hasValue(0);
  }

  @Test
  void a_file_and_its_bytes_are_one_photograph_and_what_is_missing_is_none() throws IOException {
    Path file = draw("a.png", 3);
    Dataset train =
        Dataset.of(
            List.of(
                new Example("file", file, "pug"),
                new Example("gone", folder.resolve("gone.png"), "pug"),
                new Example("pixels", ImageSource.of(pixels()), "pug")));
    Dataset validation =
        Dataset.of(
            List.of(
                new Example("bytes", ImageSource.of("x", Files.readAllBytes(file)), "pug"),
                new Example("gone too", folder.resolve("gone-too.png"), "pug"),
                new Example("the same pixels", ImageSource.of(pixels()), "pug")));

    assertThat(Split.of(train, validation).leaks())
        .containsExactly(
            new Leak("validation", "bytes", "train", "file"),
            new Leak("validation", "the same pixels", "train", "pixels"));
  }

  private static RgbImage pixels() {
    return new RgbImage(2, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  }
}
