package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which pictures of a data set are read, and by what, from the folder to the report. */
class DecoderTest {
  @TempDir private Path folder;

  @BeforeEach
  void draw() throws IOException {
    for (int i = 0; i < 8; i++) {
      BufferedImage image = new BufferedImage(60, 50, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(i % 2 == 0 ? Color.RED : Color.BLUE);
      graphics.fillRect(i, 0, 50, 50);
      graphics.dispose();
      Path file = folder.resolve(i % 2 == 0 ? "red" : "blue").resolve(i + ".jpg");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "jpg", file.toFile());
    }
  }

  /** Cut behind the header, so that first bytes tell nothing. */
  private Path cut() throws IOException {
    byte[] whole = Files.readAllBytes(folder.resolve("red/0.jpg"));
    return Files.write(folder.resolve("red/cut.jpg"), Arrays.copyOf(whole, whole.length - 40));
  }

  private DatasetBuilder builder() {
    return DatasetBuilder.fromFolders(folder);
  }

  private static TrainingRun train(Dataset data) {
    return Trainer.of(
            TransferModel.mobileNetV2()
                .untrained(1)
                .width(0.1)
                .inputSize(32)
                .labels(data.labels())
                .build())
        .epochs(2)
        .fit(data);
  }

  @Test
  void to_skip_leaves_out_a_cut_file_of_which_first_bytes_tell_nothing() throws IOException {
    Path cut = cut();
    Dataset lazy = builder().build();
    assertThat(lazy.size()).isEqualTo(9);
    assertThatThrownBy(() -> train(lazy))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining(cut.toString());

    Dataset data = builder().unreadableImages(ProblemPolicy.SKIP).build();

    assertThat(data.size()).isEqualTo(8);
    assertThat(data.summary().unreadableImages()).containsOnlyKeys("red/cut");
    assertThat(data.summary().toString()).contains("red/cut");
    assertThat(train(data).history().epochs()).hasSize(2);
  }

  @Test
  void a_folder_with_a_cut_and_a_false_jpeg_is_trained_on() {
    Path given = Path.of(System.getProperty("dogvision.shared", "../shared"), "data/reports/cut");
    assumeThat(given).isDirectory();

    Dataset data = DatasetBuilder.fromFolders(given).unreadableImages(ProblemPolicy.SKIP).build();

    assertThat(data.size()).isEqualTo(6);
    assertThat(data.summary().unreadableImages()).containsOnlyKeys("pug/3", "pug/4");
    assertThat(train(data).history().epochs()).hasSize(2);
  }

  @Test
  void a_data_sets_decoder_reads_its_pictures_in_training_and_evaluation() throws IOException {
    Path unused = cut();
    Dataset data = builder().decoder(ImageDecoder.standard().readsCutPictures(true)).build();

    TrainingRun run = train(data);

    assertThat(run.evaluate(data).size()).isEqualTo(9);
    assertThat(
            builder()
                .unreadableImages(ProblemPolicy.SKIP)
                .decoder(ImageDecoder.standard().readsCutPictures(true))
                .build()
                .size())
        .isEqualTo(9);
  }

  @Test
  void too_many_pixels_are_skipped_or_allowed_by_one_setting() {
    ImageDecoder strict = ImageDecoder.standard().maximumPixels(2999);
    assertThatThrownBy(() -> builder().decoder(strict).unreadableImages(ProblemPolicy.SKIP).build())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("60 x 50 pixels; at most 2999 are read")
        .hasMessageContaining("DatasetBuilder.decoder");
    Dataset lazy = builder().decoder(strict).build();
    assertThatThrownBy(() -> train(lazy))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("at most 2999 are read");
    assertThat(builder().decoder(strict.maximumPixels(3000)).verifyImages().build().size())
        .isEqualTo(8);
  }

  @Test
  void a_decoder_is_set_once() {
    DatasetBuilder builder = builder().decoder(ImageDecoder.standard());
    assertThatThrownBy(() -> builder.decoder(ImageDecoder.standard()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("decoder");
  }
}
