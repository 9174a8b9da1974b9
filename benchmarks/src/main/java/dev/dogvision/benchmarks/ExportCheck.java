package dev.dogvision.benchmarks;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Streams;
import com.google.gson.Gson;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes what other runtimes are compared with: each embedded model as ONNX, what it is shown of
 * each photograph, and what it says of it. benchmarks/python/check_export.py does the comparing.
 */
public final class ExportCheck {
  private static final Gson GSON = new Gson();

  private ExportCheck() {}

  /**
   * Writes, for each embedded model, a folder with {@code model.onnx}; {@code pixels.bin}, the
   * pictures as the network takes them, {@code uint8[images, size, size, 3]}; and {@code
   * answers.json}: the photographs' files, the labels, the probabilities and whether it is unsure.
   *
   * @param arguments a folder of photographs; the folder to write to
   * @throws IOException if something can't be written
   */
  public static void main(String[] arguments) throws IOException {
    Dataset photographs = DatasetBuilder.fromImages(Path.of(arguments[0])).build();
    for (String name : List.of("accurate", "fast")) {
      Path folder = Files.createDirectories(Path.of(arguments[1], name));
      write(TrainedModel.pretrained(name), photographs, folder);
      System.out.println(folder + ": " + photographs.size() + " photographs");
    }
  }

  private static void write(TrainedModel model, Dataset photographs, Path folder)
      throws IOException {
    Onnx.write(model, folder.resolve("model.onnx"));
    Files.write(folder.resolve("pixels.bin"), pixels(photographs, model.preprocessing()));
    List<String> files =
        photographs.examples().stream()
            .map(photograph -> photograph.image().path().orElseThrow().toString())
            .toList();
    try (Predictor predictor = Predictor.of(model)) {
      Predictions predictions = predictor.predictAll(photographs);
      Files.writeString(
          folder.resolve("answers.json"),
          GSON.toJson(
              ImmutableMap.of(
                  "files", files,
                  "labels", model.labels().names(),
                  "probabilities", predictions.probabilities(),
                  "unsure", Streams.stream(predictions).map(Prediction::isUnsure).toList())));
    }
  }

  private static byte[] pixels(Dataset photographs, Preprocessing preprocessing) {
    int each = preprocessing.size() * preprocessing.size() * 3;
    byte[] pixels = new byte[Math.multiplyExact(photographs.size(), each)];
    int offset = 0;
    for (Example photograph : photographs) {
      preprocessing.apply(
          ImageDecoder.standard().decode(photograph.image(), preprocessing), pixels, offset);
      offset += each;
    }
    return pixels;
  }
}
