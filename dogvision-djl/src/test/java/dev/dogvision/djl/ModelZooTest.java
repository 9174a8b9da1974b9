package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Application;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.util.Utils;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Prediction;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded model through Deep Java Library's own {@code Criteria}. */
final class ModelZooTest {
  private static final String URL = "djl://dev.dogvision/mobilenet_v2";
  private static final double TOLERANCE = 1e-5;

  @TempDir private static Path folder;
  private static dev.dogvision.predict.Predictor ours;

  @BeforeAll
  static void open() {
    ours = dev.dogvision.predict.Predictor.of(TrainedModel.pretrained("fast"));
  }

  @AfterAll
  static void close() {
    ours.close();
  }

  @Test
  void its_url_gives_a_model_that_predicts_as_our_predictor_does() throws Exception {
    BufferedImage picture = picture(320, 240, 1);
    try (ZooModel<Image, Classifications> model = images().optModelUrls(URL).build().loadModel();
        Predictor<Image, Classifications> predictor = model.newPredictor()) {
      assertThat(model.getName()).isEqualTo("mobilenet_v2");
      List<String> names = model.getArtifact("synset.txt", Utils::readLines);
      assertThat(names).isEqualTo(TrainedModel.pretrained("fast").labels().names());
      Classifications classes = predictor.predict(ImageFactory.getInstance().fromImage(picture));
      assertSame(classes, ours.predict(picture));
      assertThat(classes.best().getClassName()).isEqualTo(ours.predict(picture).best().label());
    }
  }

  @Test
  void group_and_artifact_give_it_as_well() throws Exception {
    BufferedImage picture = picture(200, 300, 2);
    Criteria<Image, Classifications> criteria =
        images()
            .optApplication(Application.CV.IMAGE_CLASSIFICATION)
            .optGroupId("dev.dogvision")
            .optArtifactId("mobilenet_v2")
            .optEngine("PyTorch")
            .build();
    assertThat(criteria.isDownloaded()).isTrue();
    try (ZooModel<Image, Classifications> model = criteria.loadModel();
        Predictor<Image, Classifications> predictor = model.newPredictor()) {
      assertSame(
          predictor.predict(ImageFactory.getInstance().fromImage(picture)), ours.predict(picture));
    }
  }

  @Test
  void a_version_and_a_name_may_be_given() throws Exception {
    images().optModelUrls(URL + "/0.0.1").build().loadModel().close();
    images().optModelUrls(URL + "/0.0.1/mobilenet_v2").build().loadModel().close();
    Criteria<Image, Classifications> other = images().optModelUrls(URL + "/0.0.1/tiny").build();
    assertThatThrownBy(other::loadModel).isInstanceOf(ModelNotFoundException.class);
  }

  @Test
  void a_batch_gives_what_its_pictures_give_one_by_one() throws Exception {
    List<BufferedImage> pictures =
        List.of(picture(320, 240, 3), picture(224, 224, 4), picture(100, 400, 5));
    List<Image> images =
        pictures.stream().map(picture -> ImageFactory.getInstance().fromImage(picture)).toList();
    try (ZooModel<Image, Classifications> model = images().optModelUrls(URL).build().loadModel();
        Predictor<Image, Classifications> predictor = model.newPredictor()) {
      List<Classifications> batch = predictor.batchPredict(images);
      for (int i = 0; i < pictures.size(); i++) {
        assertSame(batch.get(i), ours.predict(pictures.get(i)));
      }
    }
  }

  @Test
  void files_and_streams_are_decoded_as_our_predictor_does() throws Exception {
    Path file = folder.resolve("picture.jpg");
    ImageIO.write(picture(320, 200, 6), "jpg", file.toFile());
    try (ZooModel<Path, Classifications> model =
            Criteria.builder()
                .setTypes(Path.class, Classifications.class)
                .optModelUrls(URL)
                .build()
                .loadModel();
        Predictor<Path, Classifications> predictor = model.newPredictor()) {
      assertSame(predictor.predict(file), ours.predict(file));
    }
    try (ZooModel<InputStream, Classifications> model =
            Criteria.builder()
                .setTypes(InputStream.class, Classifications.class)
                .optModelUrls(URL)
                .optArgument("topK", 3)
                .build()
                .loadModel();
        Predictor<InputStream, Classifications> predictor = model.newPredictor();
        InputStream stream = Files.newInputStream(file)) {
      Classifications classes = predictor.predict(stream);
      assertSame(classes, ours.predict(file));
      assertThat(classes.topK()).hasSize(3);
    }
  }

  @Test
  void arrays_are_bytes_or_what_djls_own_transforms_make_of_them() throws Exception {
    RgbImage square =
        TrainedModel.pretrained("fast").preprocessing().apply(RgbImage.of(picture(240, 240, 7)));
    try (ZooModel<NDList, NDList> model =
            Criteria.builder()
                .setTypes(NDList.class, NDList.class)
                .optModelUrls(URL)
                .optModelName("dogs")
                .build()
                .loadModel();
        Predictor<NDList, NDList> predictor = model.newPredictor();
        NDManager manager = model.getNDManager().newSubManager()) {
      NDArray bytes =
          manager.create(ByteBuffer.wrap(square.rgb()), new Shape(1, 224, 224, 3), DataType.UINT8);
      NDArray floats =
          bytes.transpose(0, 3, 1, 2).toType(DataType.FLOAT32, false).div(127.5).sub(1);
      float[] expected = ours.predict(square).logits();
      for (NDArray input : List.of(bytes, floats)) {
        NDArray logits = predictor.predict(new NDList(input)).singletonOrThrow();
        assertThat(logits.getShape()).isEqualTo(new Shape(1, 135));
        assertThat(logits.toFloatArray()).containsExactly(expected, within(1e-4f));
      }
    }
  }

  @Test
  void djls_cache_is_left_alone() throws Exception {
    images().optModelUrls(URL).build().loadModel().close();
    assertThat(
            Utils.getCacheDir()
                .resolve("cache/repo/model/cv/image_classification/dev/dogvision/mobilenet_v2"))
        .doesNotExist();
  }

  @Test
  void a_folder_of_temporary_files_that_was_cleared_away_is_made_again() throws Exception {
    try (ZooModel<Image, Classifications> model = images().optModelUrls(URL).build().loadModel()) {
      Files.delete(model.getModelPath().resolve("model.pt"));
    }
    images().optModelUrls(URL).build().loadModel().close();
  }

  @Test
  void a_url_that_names_nothing_says_so() {
    assertThatThrownBy(() -> images().optModelUrls("djl://dev.dogvision/resnet"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the model zoo \"dev.dogvision\" has no \"resnet\", for djl://dev.dogvision/resnet;"
                + " it has \"mobilenet_v2\"");
    assertThatThrownBy(() -> images().optModelUrls("djl://dev.catvision/mobilenet_v2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no model zoo \"dev.catvision\" found on the class path, for"
                + " djl://dev.catvision/mobilenet_v2");
    assertThatThrownBy(() -> images().optModelUrls("djl://dev.dogvision"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not of the form djl://<group>/<artifact>: djl://dev.dogvision");
  }

  @Test
  void urls_of_other_zoos_go_where_djl_itself_sends_them() throws Exception {
    ModelZoo.registerModelZoo(OtherZoo::new);
    // DJL has no way to ask for its own handler once there is another.
    Class<?> type = Class.forName("ai.djl.repository.RepositoryFactoryImpl$DjlRepositoryFactory");
    var constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    ai.djl.repository.RepositoryFactory theirs =
        (ai.djl.repository.RepositoryFactory) constructor.newInstance();
    for (String url :
        List.of(
            "djl://com.example.other/org/net",
            "djl://com.example.other/org/net/0.0.1",
            "djl://com.example.other/org/net/1.2/small",
            "djl://com.example.other/org/net/1.2/",
            "djl://com.example.other/org/net?topK=3&width=64")) {
      Repository repository = Repository.newInstance("name", url);
      Repository expected = theirs.newInstance("name", URI.create(url));
      assertThat(repository).as(url).hasSameClassAs(expected);
      assertThat(repository.getBaseUri()).isEqualTo(expected.getBaseUri());
      assertThat(repository.getName()).isEqualTo(expected.getName());
      assertThat(repository.getResources())
          .usingRecursiveComparison()
          .ignoringFields("repository")
          .isEqualTo(expected.getResources());
    }
  }

  @Test
  void without_the_embedded_model_the_dependency_to_add_is_named() throws Exception {
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-cp",
            String.join(
                System.getProperty("path.separator"),
                Stream.of(
                        System.getProperty("java.class.path")
                            .split(System.getProperty("path.separator")))
                    .filter(entry -> !entry.contains("dogvision-models"))
                    .toList()),
            WithoutModel.class.getName());
    Path output = folder.resolve("output");
    int status =
        program.redirectErrorStream(true).redirectOutput(output.toFile()).start().waitFor();
    assertThat(Files.readString(output))
        .contains(
            "url: ModelNotFoundException: no embedded model found on the class path: add the"
                + " dependency dev.dogvision:dogvision-models,",
            "artifact: ModelNotFoundException: no embedded model found on the class path: add the"
                + " dependency dev.dogvision:dogvision-models,")
        // DJL's own zoo is asked as well: it has no such model, or is out of reach.
        .containsPattern("others: (ModelNotFoundException|UnknownHostException)");
    assertThat(status).isZero();
  }

  /** Runs where the embedded model's jar is not. */
  static final class WithoutModel {
    public static void main(String[] arguments) throws IOException {
      try {
        images().optModelUrls(URL);
      } catch (RuntimeException e) {
        System.out.println("url: " + e.getClass().getSimpleName() + ": " + e.getMessage());
      }
      try {
        images().optArtifactId("dev.dogvision:mobilenet_v2").build().loadModel();
      } catch (ModelNotFoundException e) {
        System.out.println(
            "artifact: "
                + e.getCause().getClass().getSimpleName()
                + ": "
                + e.getCause().getMessage());
      } catch (Exception e) {
        throw new IOException(e);
      }
      try {
        images().optFilter("breeds", "of cats").build().loadModel();
      } catch (Exception e) {
        System.out.println("others: " + e.getClass().getSimpleName());
      }
    }
  }

  private static Criteria.Builder<Image, Classifications> images() {
    return Criteria.builder().setTypes(Image.class, Classifications.class);
  }

  private static void assertSame(Classifications classes, Prediction prediction) {
    assertThat(classes.getClassNames()).isEqualTo(prediction.labels().names());
    for (Map.Entry<String, Double> entry : prediction.probabilities().entrySet()) {
      assertThat(classes.get(entry.getKey()).getProbability())
          .as(entry.getKey())
          .isCloseTo(entry.getValue(), within(TOLERANCE));
    }
  }

  /** Something with colours, edges and an uneven background. */
  private static BufferedImage picture(int width, int height, int seed) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setPaint(
        new GradientPaint(0, 0, new Color(90, 140, 60), width, height, new Color(200, 220, 250)));
    graphics.fillRect(0, 0, width, height);
    graphics.setColor(new Color(120 + 15 * seed, 90, 40));
    graphics.fillOval(width / 4, height / 4, width / 2, height / (2 + seed % 2));
    graphics.setColor(Color.BLACK);
    graphics.fillOval(width / 3, height / 3, width / 12, height / 12);
    graphics.dispose();
    return picture;
  }

  private static final class OtherZoo extends ModelZoo {
    OtherZoo() {
      Repository repository = Repository.newInstance("other", folder.toUri().toString());
      addModel(
          MRL.model(
              repository, Application.CV.OBJECT_DETECTION, getGroupId(), "org/net", null, null));
    }

    @Override
    public String getGroupId() {
      return "com.example.other";
    }

    @Override
    public Set<String> getSupportedEngines() {
      return Set.of("PyTorch");
    }
  }
}
