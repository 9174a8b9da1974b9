package dev.dogvision.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.Device;
import dev.dogvision.DogVision;
import dev.dogvision.EngineInfo;
import dev.dogvision.EngineNotFoundException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.contract.ReferenceEngineProvider;
import dev.dogvision.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Which engine is taken for what, and what is said where there is none. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class EnginesTest {
  private static final String REFERENCE = ReferenceEngineProvider.class.getName();
  private static final String MEAN_COLOUR = MeanColourEngine.class.getName();

  @TempDir private Path folder;

  private <T> T run(Class<? extends Callable<T>> program, String... providers) throws Exception {
    try (IsolatedApplication application =
        new IsolatedApplication(folder.resolve("application"), providers)) {
      return application.run(program);
    }
  }

  private static <T> T insisting(String engine, Callable<T> work) throws Exception {
    System.setProperty(Engines.PROPERTY, engine);
    try {
      return work.call();
    } finally {
      System.clearProperty(Engines.PROPERTY);
    }
  }

  /** Asks for an engine for either purpose. */
  static final class Choices implements Callable<List<String>> {
    @Override
    public List<String> call() {
      return List.of(choice(Engines::forTraining), choice(() -> Engines.forPrediction(null)));
    }

    private static String choice(Callable<Engine> choose) {
      try {
        return choose.call().name();
      } catch (EngineNotFoundException e) {
        return e.reason() + " " + e.found() + ": " + e.getMessage();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void training_takes_the_one_that_can_and_prediction_the_one_preferred() throws Exception {
    List<String> expected = List.of("plain Java reference", "Mean colour");
    assertThat(run(Choices.class, MEAN_COLOUR, REFERENCE)).isEqualTo(expected);
    assertThat(run(Choices.class, REFERENCE, MEAN_COLOUR)).isEqualTo(expected);
    assertThat(run(Choices.class, REFERENCE)).containsOnly("plain Java reference");
  }

  @Test
  void a_name_or_its_first_words_insist() throws Exception {
    assertThat(insisting("plain java", () -> run(Choices.class, MEAN_COLOUR, REFERENCE)))
        .containsOnly("plain Java reference");
    assertThat(insisting("Mean Colour", () -> run(Choices.class, MEAN_COLOUR, REFERENCE)))
        .containsExactly(
            "ONLY_PREDICTS [Mean colour]: no engine that trains: Mean colour only predicts."
                + " Training needs one that can, such as the dependency"
                + " dev.dogvision:dogvision-djl; the system property dogvision.engine insists on"
                + " \"Mean Colour\"",
            "Mean colour");
    assertThat(insisting("Mea", () -> run(Choices.class, MEAN_COLOUR, REFERENCE)))
        .containsOnly(
            "UNKNOWN_NAME [Mean colour, plain Java reference]: no engine \"Mea\" on the class path:"
                + " there is Mean colour, plain Java reference. Name one of these, by its name or"
                + " the first words of it, or none; or add the dependency that brings the one"
                + " wanted");
  }

  @Test
  void with_none_the_dependency_to_add_is_named() throws Exception {
    assertThat(run(Choices.class))
        .containsOnly(
            "ABSENT []: no engine found on the class path: add the dependency"
                + " dev.dogvision:dogvision-djl, of the same version as dogvision-core");
  }

  /** Fails at the first attempt, as where something has to be put right first. */
  public static final class LateEngine implements EngineProvider {
    private static int attempts;

    @Override
    public String name() {
      return "Late";
    }

    @Override
    public int predictionRank() {
      return 20;
    }

    @Override
    public Engine open() {
      attempts++;
      if (attempts <= 1) {
        throw new IllegalStateException("the first of all attempts");
      }
      return new MeanColourEngine();
    }
  }

  /** Asks twice. */
  static final class TwoAttempts implements Callable<List<String>> {
    @Override
    public List<String> call() {
      List<String> all = new ArrayList<>(new Choices().call());
      all.addAll(new Choices().call());
      all.add(String.valueOf(LateEngine.attempts));
      return all;
    }
  }

  @Test
  void a_failure_is_told_with_its_cause_and_not_remembered() throws Exception {
    assertThat(run(TwoAttempts.class, LateEngine.class.getName()))
        .containsExactly(
            "FAILED [Late]: the engine \"Late\" can't be opened: java.lang.IllegalStateException:"
                + " the first of all attempts",
            "Mean colour",
            "Mean colour",
            "Mean colour",
            "2"); // and nothing is opened twice
  }

  /** As after an update that left an old engine's jar behind. */
  @Test
  void one_that_cant_be_loaded_does_not_hide_another() throws Exception {
    assertThat(run(Choices.class, "com.example.Missing", REFERENCE))
        .containsOnly("plain Java reference");
    assertThat(run(Choices.class, "com.example.Missing"))
        .allMatch(
            text ->
                text.startsWith("FAILED []: an engine on the class path can't be loaded: ")
                    && text.contains("com.example.Missing"));
  }

  /** Training is asked first here and goes on with the next; by then the other can be opened. */
  @Test
  void one_that_fails_is_passed_over_for_the_next() throws Exception {
    assertThat(run(Choices.class, LateEngine.class.getName(), REFERENCE))
        .containsExactly("plain Java reference", "Mean colour");
  }

  /** Trains and predicts as an application would. */
  static final class Application implements Callable<Map<String, String>> {
    @Override
    public Map<String, String> call() throws Exception {
      Path folder = Files.createTempDirectory("pictures");
      List<Path> files = new ArrayList<>();
      try {
        for (String breed : List.of("akita", "beagle")) {
          Path breedFolder = Files.createDirectory(folder.resolve(breed));
          files.add(breedFolder);
          for (int i = 0; i < 2; i++) {
            BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            picture.setRGB(i, i, breed.hashCode() & 0xffffff);
            Path file = breedFolder.resolve(i + ".png");
            ImageIO.write(picture, "png", file.toFile());
            files.add(file);
          }
        }
        Dataset dogs = DatasetBuilder.fromFolders(folder).build();
        TransferModel model =
            TransferModel.mobileNetV2()
                .untrained(7)
                .width(0.1)
                .inputSize(32)
                .labels(dogs.labels())
                .freezeBackbone()
                .build();
        TrainedModel trained = Trainer.of(model).epochs(1).batchSize(2).fit(dogs).model();
        RgbImage green = new RgbImage(32, 32, new byte[32 * 32 * 3]);
        for (int i = 1; i < green.rgb().length; i += 3) {
          green.rgb()[i] = (byte) 255;
        }
        try (Predictor preferred = Predictor.of(trained);
            Predictor reference =
                Predictor.builder(trained).engine("plain Java reference").open()) {
          return Map.of(
              "labels", trained.labels().names().toString(),
              "preferred", preferred.predict(green).best().label(),
              "preferred logit", String.valueOf(Math.round(preferred.predict(green).logits()[1])),
              "reference", String.valueOf(reference.predict(green).logits()[1] < 50));
        }
      } finally {
        for (int i = files.size() - 1; i >= 0; i--) {
          Files.delete(files.get(i));
        }
        Files.delete(folder);
      }
    }
  }

  @Test
  void an_engine_that_only_predicts_is_one_file() throws Exception {
    assertThat(run(Application.class, MEAN_COLOUR, REFERENCE))
        .containsOnly(
            Map.entry("labels", "[akita, beagle]"),
            Map.entry("preferred", "beagle"),
            Map.entry("preferred logit", "102"), // 1024 pixels of 255 / 2550
            Map.entry("reference", "true"));
  }

  /** Looks at what there is. */
  static final class Facade implements Callable<List<String>> {
    @Override
    public List<String> call() {
      List<String> all =
          new ArrayList<>(DogVision.engines().stream().map(EngineInfo::toString).toList());
      all.add(DogVision.devices().toString());
      return all;
    }
  }

  @Test
  void the_facade_says_what_there_is_and_why_what_is_not() throws Exception {
    assertThat(run(Facade.class, REFERENCE, LateEngine.class.getName(), MEAN_COLOUR))
        .containsExactly(
            "Late, can't be used: the engine \"Late\" can't be opened:"
                + " java.lang.IllegalStateException: the first of all attempts",
            "Mean colour (1), only predicts, on [cpu]",
            "plain Java reference (1), on [cpu]",
            "[cpu]");
    assertThat(DogVision.devices()).containsExactly(Device.CPU);
  }

  /** First asked on a thread whose context class loader knows nothing of the application. */
  static final class OnAPool implements Callable<List<String>> {
    @Override
    public List<String> call() throws Exception {
      Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
      try {
        List<String> all =
            new ArrayList<>(CompletableFuture.supplyAsync(() -> new Choices().call()).get());
        all.addAll(new Choices().call());
        return all;
      } finally {
        Thread.currentThread().setContextClassLoader(ClassLoader.getSystemClassLoader());
      }
    }
  }

  @Test
  void a_pool_s_thread_finds_it_as_well() throws Exception {
    assertThat(run(OnAPool.class, REFERENCE)).hasSize(4).containsOnly("plain Java reference");
  }

  @Test
  void one_that_only_predicts_says_so_when_it_is_to_train() {
    MeanColourEngine engine = new MeanColourEngine();
    assertThat(engine.trains()).isFalse();
    assertThat(engine.devices()).contains(Device.CPU);
    assertThatThrownBy(() -> engine.openTrainable(null, null, 0, Map.of(), null, Device.CPU))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("Mean colour only predicts");
  }
}
