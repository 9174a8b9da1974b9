package dev.dogvision.djl;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.Gson;
import dev.dogvision.Device;
import dev.dogvision.EngineNotFoundException;
import dev.dogvision.Precision;
import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Programs that open the engine and run a small network; what they return tells how it went. */
final class Opening {
  static final String PREDICTS = "predicts";

  private Opening() {}

  static String open() {
    try {
      return predict(Engines.forPrediction("PyTorch"));
    } catch (EngineNotFoundException e) {
      return e.reason() + ": " + e.getMessage();
    }
  }

  private static String predict(Engine engine) {
    RandomNetwork network = RandomNetwork.small(3);
    try (Network open =
        engine.open(
            network.plan(),
            network.plan().whole(),
            network.weights(),
            Device.CPU,
            Precision.FLOAT32)) {
      float[] values = open.forward(network.batch(0, 2, 4)).values();
      return values.length > 0 && Float.isFinite(values[0]) ? PREDICTS : Arrays.toString(values);
    }
  }

  /** On the thread that runs the program. */
  static final class Here implements Callable<String> {
    @Override
    public String call() {
      return open();
    }
  }

  /** On a pool's thread first, which knows the JVM's class path and not the application's. */
  static final class OnAPool implements Callable<String> {
    @Override
    public String call() throws Exception {
      return CompletableFuture.supplyAsync(Opening::open).get() + ", then " + open();
    }
  }

  /** All that reads and writes JSON: the embedded model, and one in a folder. */
  static final class ModelsSavedAndLoaded implements Callable<String> {
    @Override
    public String call() throws Exception {
      Path gson = Path.of(Gson.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      RgbImage image = new RgbImage(64, 64, new byte[64 * 64 * 3]);
      Path folder = Files.createTempDirectory("dogvision");
      try (Predictor predictor = Predictor.pretrained()) {
        Prediction prediction = predictor.predict(image);
        predictor.model().save(folder.resolve("model"));
        try (Predictor again = Predictor.load(folder.resolve("model"))) {
          return prediction.probabilities().size()
              + " breeds, "
              + gson.getFileName()
              + ", "
              + (again.predict(image).best().equals(prediction.best()) ? PREDICTS : "differs");
        }
      } finally {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
  }

  /** After DJL was used on a thread that sees none of its engines. */
  static final class AfterAnother implements Callable<String> {
    @Override
    public String call() {
      Thread thread = Thread.currentThread();
      thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
      int found = ai.djl.engine.Engine.getAllEngines().size();
      return found + " engines, " + open();
    }
  }
}
