package dev.dogvision.examples;

import com.google.common.io.MoreFiles;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Breeds of all pictures in a folder, as a table on the console and, if asked for, as CSV or JSON.
 * Pictures that the model is unsure of are marked; those that can't be read are listed in the end.
 */
@Command(
    name = "predict-folder",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Breeds of all pictures in a folder.")
public final class PredictFolder implements Callable<Integer> {
  private static final int LONGEST_NAME = 40;

  @Mixin private final GivenModel model = new GivenModel();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "A folder of pictures. Without it, some are drawn.")
  private @Nullable Path folder;

  @Option(names = "--top", description = "How many breeds to tell of each picture.")
  private int top = 3;

  @Option(names = "--csv", description = "A file to write the table to, as CSV.")
  private @Nullable Path csv;

  @Option(names = "--json", description = "A file to write the table to, as JSON.")
  private @Nullable Path json;

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new PredictFolder(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    Dataset pictures =
        DatasetBuilder.fromImages(folder()).unreadableImages(ProblemPolicy.SKIP).build();
    Map<String, Prediction> predictions = new LinkedHashMap<>();
    Map<String, String> unreadable = new LinkedHashMap<>(pictures.summary().unreadableImages());
    try (Predictor predictor = Predictor.of(model.load())) {
      Predictions all =
          predictor.inBatches().progress().unreadableImages(ProblemPolicy.SKIP).predict(pictures);
      for (int i = 0; i < all.size(); i++) {
        predictions.put(all.ids().get(i), all.get(i));
      }
      all.skipped().forEach(id -> unreadable.put(id, "damaged"));
    }
    print(predictions);
    if (!unreadable.isEmpty()) {
      System.out.printf(Locale.ROOT, "%n%d could not be read:%n", unreadable.size());
      unreadable.forEach((id, reason) -> System.out.println("  " + id + ": " + reason));
    }
    if (csv != null) {
      writeCsv(csv, predictions);
    }
    if (json != null) {
      writeJson(json, pictures, predictions);
    }
    return 0;
  }

  private Path folder() throws IOException {
    if (folder != null) {
      return folder;
    }
    return DrawnCompetition.insteadOf("folder", 6);
  }

  private void print(Map<String, Prediction> predictions) {
    int width = Math.min(LONGEST_NAME, longest(predictions.keySet().stream()));
    int breedWidth =
        longest(
            predictions.values().stream()
                .flatMap(prediction -> prediction.top(top).stream())
                .map(Classification::label));
    long unsure = 0;
    System.out.println();
    for (Map.Entry<String, Prediction> entry : predictions.entrySet()) {
      Prediction prediction = entry.getValue();
      StringBuilder line = new StringBuilder();
      line.append(String.format(Locale.ROOT, "%-" + width + "s", shortened(entry.getKey(), width)));
      for (Classification classification : prediction.top(top)) {
        line.append(
            String.format(
                Locale.ROOT,
                "  %5.1f %% %-" + breedWidth + "s",
                100 * classification.probability(),
                classification.label()));
      }
      if (prediction.isUnsure()) {
        line.append("  unsure");
        unsure++;
      }
      System.out.println(line.toString().stripTrailing());
    }
    System.out.printf(
        Locale.ROOT,
        "%n%d pictures; the model is unsure of %d: no dog, or none that it knows, may be on"
            + " them.%n",
        predictions.size(),
        unsure);
  }

  private static int longest(Stream<String> texts) {
    return texts.mapToInt(String::length).max().orElse(1);
  }

  private static String shortened(String name, int width) {
    return name.length() <= width ? name : "..." + name.substring(name.length() - width + 3);
  }

  private void writeCsv(Path file, Map<String, Prediction> predictions) throws IOException {
    MoreFiles.createParentDirectories(file);
    List<Object> header = new ArrayList<>(List.of("picture", "unsure"));
    int columns =
        predictions.values().stream().findFirst().map(first -> first.top(top).size()).orElse(top);
    for (int rank = 1; rank <= columns; rank++) {
      header.add("breed_" + rank);
      header.add("probability_" + rank);
    }
    List<String> lines = new ArrayList<>(List.of(CSVFormat.RFC4180.format(header.toArray())));
    predictions.forEach(
        (id, prediction) -> {
          List<Object> record = new ArrayList<>(List.of(id, prediction.isUnsure()));
          for (Classification classification : prediction.top(top)) {
            record.add(classification.label());
            record.add((float) classification.probability());
          }
          lines.add(CSVFormat.RFC4180.format(record.toArray()));
        });
    Files.write(file, lines, StandardCharsets.UTF_8);
    System.out.println("CSV:  " + file.toAbsolutePath().normalize());
  }

  private void writeJson(Path file, Dataset pictures, Map<String, Prediction> predictions)
      throws IOException {
    MoreFiles.createParentDirectories(file);
    JsonArray array = new JsonArray();
    for (Example example : pictures) {
      Prediction prediction = predictions.get(example.id());
      if (prediction == null) {
        continue;
      }
      JsonObject object = new JsonObject();
      object.addProperty("picture", example.id());
      object.addProperty("file", example.image().name());
      object.addProperty("unsure", prediction.isUnsure());
      JsonArray best = new JsonArray();
      for (Classification classification : prediction.top(top)) {
        JsonObject one = new JsonObject();
        one.addProperty("breed", classification.label());
        one.addProperty("probability", classification.probability());
        best.add(one);
      }
      object.add("best", best);
      array.add(object);
    }
    Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(array) + "\n");
    System.out.println("JSON: " + file.toAbsolutePath().normalize());
  }
}
