package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.hash.Hashing;
import dev.dogvision.DamagedFileException;
import dev.dogvision.MismatchException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TorchScript modules by URL, from repositories that are laid out here as DJL's server is. */
final class PublishedModuleTest {
  private static final String URL = "djl://ai.djl.pytorch/resnet18_embedding";
  private static final String CACHE = "DJL_CACHE_DIR";
  private static final Path PLACE =
      Path.of("model/cv/image_classification/ai/djl/pytorch/resnet18_embedding");
  private static final int OUTPUTS = 5;
  private static final int SIDE = 32;
  private static final float[] KERNEL = kernel();

  /** The mean colour, through a matrix; half of it lost were the module left as it was trained. */
  private static final String FORWARD =
      """
        def forward(self: __torch__.Net,
            x: Tensor) -> Tensor:
          m = torch.mean(x, [2, 3], True)
          v = torch.conv2d(m, self.kernel, None, [1, 1], [0, 0], [1, 1], 1)
          return torch.dropout(v, 0.5, self.training)
      """;

  private static final String FEATURE_MAP =
      """
        def forward(self: __torch__.Net,
            x: Tensor) -> Tensor:
          return torch.conv2d(x, self.kernel, None, [1, 1], [0, 0], [1, 1], 1)
      """;

  private static final String TUPLE =
      """
        def forward(self: __torch__.Net,
            x: Tensor) -> Tuple[Tensor, Tensor]:
          m = torch.mean(x, [2, 3])
          return (m, x)
      """;

  @TempDir private Path folder;

  @BeforeEach
  void useARepositoryOfOurOwn() {
    System.setProperty(CACHE, folder.resolve("cache").toString());
    System.setProperty(
        DjlUrlRepositoryFactory.MIRROR, folder.resolve("repository").toUri().toString());
  }

  @AfterEach
  void useDjlsServerAgain() {
    System.clearProperty(CACHE);
    System.clearProperty(DjlUrlRepositoryFactory.MIRROR);
  }

  private static float[] kernel() {
    Random random = new Random(3);
    float[] kernel = new float[OUTPUTS * 3];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = (float) random.nextGaussian();
    }
    return kernel;
  }

  private static Path module(Path file, String methods) throws IOException {
    Files.createDirectories(file.getParent());
    new TorchScriptArchive(
            methods,
            List.of(
                new TorchScriptArchive.Attribute(
                    "kernel", KERNEL, new int[] {OUTPUTS, 3, 1, 1}, new int[] {3, 1, 1, 1})))
        .write(file);
    return file;
  }

  /** As the server has it: a zip beside what describes it. */
  private void publish(String methods, String arguments) throws IOException {
    Path place = folder.resolve("repository").resolve(PLACE);
    Path module = module(folder.resolve("made/resnet18_embedding.pt"), methods);
    Path zip = place.resolve("0.0.1/resnet18_embedding.zip");
    Files.createDirectories(zip.getParent());
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      entries.putNextEntry(new ZipEntry("resnet18_embedding.pt"));
      entries.write(Files.readAllBytes(module));
      entries.closeEntry();
    }
    Files.writeString(
        place.resolve("metadata.json"),
        String.format(
            Locale.ROOT,
            """
            {"metadataVersion": "0.1", "resourceType": "model",
             "application": "cv/image_classification", "groupId": "ai.djl.pytorch",
             "artifactId": "resnet18_embedding", "name": "resnet18_embedding",
             "licenses": {"license": {"name": "The Apache License, Version 2.0"}},
             "artifacts": [{"version": "0.0.1", "snapshot": false, "name": "resnet18_embedding",
               "arguments": {%s}, "options": {"mapLocation": "true"},
               "files": {"model": {"uri": "0.0.1/resnet18_embedding.zip", "name": "",
                 "sha1Hash": "%s", "size": %d}}}]}
            """,
            arguments,
            sha1(zip),
            Files.size(zip)),
        StandardCharsets.UTF_8);
  }

  @SuppressWarnings("deprecation") // the server's choice
  private static String sha1(Path file) throws IOException {
    return Hashing.sha1().hashBytes(Files.readAllBytes(file)).toString();
  }

  private static final String ARGUMENTS =
      "\"width\": 32, \"height\": 32, \"resize\": 40, \"centerCrop\": true, \"normalize\": true,"
          + " \"translatorFactory\": \"ai.djl.modality.cv.translator.ImageFeatureExtractorFactory\"";

  private static RgbImage picture(int red, int green, int blue) {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = (byte) red;
      pixels[i + 1] = (byte) green;
      pixels[i + 2] = (byte) blue;
    }
    return new RgbImage(SIDE, SIDE, pixels);
  }

  private static Dataset colours() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      boolean red = i % 2 == 0;
      examples.add(
          Example.of(
              ImageSource.of(
                  "picture " + i, picture(red ? 180 + i : 60, red ? 60 : 180 + i, 10 * i)),
              red ? "red" : "green"));
    }
    return DatasetBuilder.fromSources(examples).build();
  }

  /** What the module gives, reckoned here. */
  private static double[] expected(Preprocessing preprocessing, int... colour) {
    double[] expected = new double[OUTPUTS];
    for (int output = 0; output < OUTPUTS; output++) {
      for (int channel = 0; channel < 3; channel++) {
        double value =
            (colour[channel] - preprocessing.channelMeans().get(channel))
                / preprocessing.channelScales().get(channel);
        expected[output] += KERNEL[output * 3 + channel] * value;
      }
    }
    return expected;
  }

  @Test
  void a_zoos_url_gives_a_backbone_that_a_head_is_trained_on() throws Exception {
    publish(FORWARD, ARGUMENTS);
    Backbone backbone = Backbone.torchScript(URL);
    assertThat(backbone.plan().embeddingSize()).isEqualTo(OUTPUTS);
    assertThat(backbone.preprocessing().size()).isEqualTo(SIDE);
    assertThat(backbone.preprocessing().resizeRule()).isEqualTo(ResizeRule.CENTER_CROP);
    assertThat(backbone.preprocessing().cropFraction()).isEqualTo(0.8);
    assertThat(backbone.config().origin().licence()).isEqualTo("The Apache License, Version 2.0");

    Dataset data = colours();
    TransferModel model = TransferModel.of(backbone).labels(data.labels()).build();
    TrainingRun run = Trainer.of(model).epochs(40).learningRate(0.05).fit(data);

    assertThat(run.evaluate(data).accuracy()).isEqualTo(1);
    Path saved = run.model().save(folder.resolve("model"));
    TrainedModel loaded = TrainedModel.load(saved, Backbone.torchScript(URL));
    try (Predictor predictor = Predictor.of(loaded)) {
      assertThat(predictor.predict(picture(200, 50, 90)).best().label()).isEqualTo("red");
      float[] embedding = predictor.embedding(picture(200, 50, 90));
      double[] expected = expected(backbone.preprocessing(), 200, 50, 90);
      for (int i = 0; i < OUTPUTS; i++) {
        assertThat((double) embedding[i]).isCloseTo(expected[i], within(1e-4));
      }
    }
  }

  @Test
  void pictures_may_be_augmented() throws Exception {
    publish(FORWARD, ARGUMENTS);
    Dataset data = colours();
    TrainingRun run =
        Trainer.of(TransferModel.of(Backbone.torchScript(URL)).labels(data.labels()).build())
            .epochs(20)
            .learningRate(0.05)
            .augmentation(Augmentation.builder().horizontalFlip(0.5).build())
            .fit(data);
    assertThat(run.evaluate(data).accuracy()).isEqualTo(1);
  }

  @Test
  void files_and_folders_are_found_by_their_url() throws Exception {
    Path file = module(folder.resolve("own/embedding.pt"), FORWARD);
    Preprocessing preprocessing =
        new Preprocessing(
            SIDE,
            ResizeRule.STRETCH,
            1,
            List.of(127.5, 127.5, 127.5),
            List.of(127.5, 127.5, 127.5));
    for (String url : List.of(file.toUri().toString(), file.getParent().toUri().toString())) {
      Backbone backbone = Backbone.torchScript(url, preprocessing);
      assertThat(backbone.plan().embeddingSize()).as(url).isEqualTo(OUTPUTS);
      assertThatThrownBy(() -> Backbone.torchScript(url))
          .isInstanceOf(MismatchException.class)
          .hasMessageContaining("tells nothing of the preprocessing");
    }
    module(folder.resolve("own/another.pt"), FORWARD);
    assertThatThrownBy(
            () -> Backbone.torchScript(file.getParent().toUri().toString(), preprocessing))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("another.pt, embedding.pt");
  }

  @Test
  void the_first_of_several_results_is_the_embedding() throws Exception {
    Path file = module(folder.resolve("tuple.pt"), TUPLE);
    assertThat(backbone(file).plan().embeddingSize()).isEqualTo(3);
  }

  @Test
  void what_is_no_embedding_is_refused() throws Exception {
    Path map = module(folder.resolve("map.pt"), FEATURE_MAP);
    assertThatThrownBy(() -> backbone(map))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("gives (1, 5, 32, 32) for 1 pictures of 32 pixels")
        .hasMessageContaining("an embedding, not a feature map");
  }

  @Test
  void what_is_no_module_is_refused() throws Exception {
    Path text = folder.resolve("text.pt");
    Files.writeString(text, "not a module");
    assertThatThrownBy(() -> backbone(text))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("text.pt is no TorchScript module that PyTorch opens");
  }

  @Test
  void what_is_not_there_is_said_with_its_url() throws Exception {
    publish(FORWARD, ARGUMENTS);
    for (String url :
        List.of(
            "djl://ai.djl.pytorch/resnet18",
            "djl://nobody/resnet18_embedding",
            "djl://ai.djl.pytorch/resnet18_embedding/0.0.9",
            folder.resolve("nowhere").toUri().toString(),
            "nonsense",
            "no url")) {
      assertThatThrownBy(() -> Backbone.torchScript(url))
          .as(url)
          .isInstanceOf(ModelNotFoundException.class)
          .hasMessageStartingWith("no TorchScript module at " + url + ": ");
    }
  }

  @Test
  void a_download_that_is_not_what_was_published_is_refused() throws Exception {
    publish(FORWARD, ARGUMENTS);
    Path zip = folder.resolve("repository").resolve(PLACE).resolve("0.0.1/resnet18_embedding.zip");
    byte[] content = Files.readAllBytes(zip);
    content[content.length / 2] ^= 1;
    Files.write(zip, content);
    assertThatThrownBy(() -> Backbone.torchScript(URL))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining(URL);
  }

  @Test
  void a_module_that_became_another_is_refused() throws Exception {
    Path file = module(folder.resolve("changing.pt"), FORWARD);
    Dataset data = colours();
    Backbone backbone = backbone(file);
    TrainedModel model =
        Trainer.of(TransferModel.of(backbone).labels(data.labels()).build())
            .epochs(1)
            .fit(data)
            .model();
    module(file, TUPLE);
    assertThatThrownBy(() -> Predictor.of(model))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("is not the one it was");
  }

  private static Backbone backbone(Path file) {
    Preprocessing preprocessing =
        new Preprocessing(
            SIDE, ResizeRule.STRETCH, 1, List.of(0.0, 0.0, 0.0), List.of(255.0, 255.0, 255.0));
    return Backbone.torchScript(file.toUri().toString(), preprocessing);
  }
}
