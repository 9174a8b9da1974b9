package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is in a CSV, reading it gives a sound data set or a {@link DatasetException}. */
class CsvFuzzTest {
  private static final String[] PIECES = {
    "id", "breed", ",", ",", "\n", "\n", "\r\n", "\"", "\"\"", " ", ";", "a", "b", "pug", "chow",
    "..", "/", "\\", "\u0000", "\uFEFF", "é", "C:", ".jpg", "\t", "'", "#", "\u2028", "😀"
  };

  @Test
  void pieces_in_any_order(@TempDir Path folder) {
    Path csv = folder.resolve("labels.csv");
    ImageFixtures.jpegHeader(folder.resolve("a.jpg"));
    Random random = new Random(2);
    int read = 0;
    for (int round = 0; round < 700; round++) {
      StringBuilder content = new StringBuilder(random.nextInt(4) == 0 ? "" : "id,breed\n");
      for (int i = random.nextInt(12); i > 0; i--) {
        content.append(PIECES[random.nextInt(PIECES.length)]);
      }
      if (random.nextInt(3) == 0) {
        content.append("\na,pug\n");
      }
      read += reads(csv, content.toString().getBytes(StandardCharsets.UTF_8)) ? 1 : 0;
    }
    assertThat(read).isBetween(10, 690);
  }

  @Test
  void damaged_bytes(@TempDir Path folder) {
    Path csv = folder.resolve("labels.csv");
    byte[] sound =
        "id,breed\na,pug\n\"b\",\"chow\"\r\nc,\"shih\"\"tzu\"\n".getBytes(StandardCharsets.UTF_8);
    Random random = new Random(3);
    for (int round = 0; round < 700; round++) {
      byte[] damaged = sound.clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      boolean unused = reads(csv, damaged);
    }
    assertThat(reads(csv, sound)).isTrue();
  }

  private static boolean reads(Path csv, byte[] content) {
    ImageFixtures.write(csv, content);
    try {
      Dataset dogs =
          DatasetBuilder.fromCsv(csv)
              .images(csv.getParent())
              .missingImages(ProblemPolicy.SKIP)
              .build();
      for (Example example : dogs) {
        assertThat(example.image().path().orElseThrow().normalize()).startsWithRaw(csv.getParent());
      }
    } catch (DatasetException e) {
      assertThat(e).hasMessageContaining("labels.csv");
    }
    try {
      Dataset dogs = DatasetBuilder.fromCsv(csv).withoutImages().build();
      for (Example example : dogs) {
        assertThat(dogs.labels().contains(example.label())).isTrue();
        assertThat(example.image().path().orElseThrow().normalize()).startsWithRaw(csv.getParent());
      }
      return true;
    } catch (DatasetException e) {
      assertThat(e).hasMessageContaining("labels.csv");
      return false;
    }
  }
}
