package dev.dogvision.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  @TempDir Path folder;

  @Test
  void what_is_neither_scalar_nor_image_nor_text_is_passed_over() {
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      writer.hyperParameters(Map.of("seed", 13), List.of("loss"));
      writer.scalar("loss", 1, 0.5);
      writer.text("note", 2, "seen");
      writer.finished(false);

      EventFile read = EventFile.read(writer.file());

      assertThat(read.scalars()).containsExactly(new EventFile.Scalar("loss", 1, 0.5f));
      assertThat(read.texts()).containsExactly(new EventFile.Text("note", 2, "seen"));
      assertThat(read.images()).isEmpty();
      assertThat(read.complete()).isTrue();
    }
  }

  @Test
  void an_empty_file_holds_nothing() throws Exception {
    EventFile read = EventFile.read(Files.createFile(folder.resolve("empty")));

    assertThat(read.scalars()).isEmpty();
    assertThat(read.complete()).isTrue();
  }
}
