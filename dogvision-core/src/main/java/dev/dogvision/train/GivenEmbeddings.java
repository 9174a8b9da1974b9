package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.inputs.RunMemory;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings that were computed elsewhere, in place of photographs: data sets whose pictures nobody
 * can look at, and a memory that knows what the backbone gives for them.
 *
 * <p>In a photograph's place stands its embedding, as bytes. So everything that goes by content
 * goes on as it does with photographs: the data's fingerprint, leaks, checkpoints.
 *
 * @param training what is trained on
 * @param validation what is validated on, or null
 * @param rows the embeddings by content
 */
record GivenEmbeddings(
    Dataset training, @Nullable Dataset validation, ImmutableMap<String, float[]> rows) {

  /** So that no embedding is taken for a picture, and no picture for one. */
  private static final byte[] MAGIC =
      "dogvision: an embedding, and no picture\n".getBytes(StandardCharsets.US_ASCII);

  /**
   * Checks that embeddings can be trained on.
   *
   * @param validation may be null
   * @throws MismatchException if another network than the start's made them
   * @throws IllegalArgumentException if there are none, an id occurs twice, or only some have a
   *     label
   */
  static GivenEmbeddings of(
      StartingPoint start, Embeddings training, @Nullable Embeddings validation) {
    String network = Fingerprints.embedding(start.plan(), start.preprocessing(), start.weights());
    Map<String, float[]> rows = new HashMap<>();
    Dataset trainingData = dataset("training", training, start, network, rows);
    Dataset validationData =
        validation == null ? null : dataset("validation", validation, start, network, rows);
    return new GivenEmbeddings(trainingData, validationData, ImmutableMap.copyOf(rows));
  }

  private static Dataset dataset(
      String what,
      Embeddings embeddings,
      StartingPoint start,
      String network,
      Map<String, float[]> rows) {
    checkArgument(embeddings.size() > 0, "the %s embeddings are none", what);
    int size = start.plan().embeddingSize();
    if (embeddings.dimension() != size
        || (!embeddings.network().isEmpty() && !embeddings.network().equals(network))) {
      throw new MismatchException(
          what + " embeddings",
          String.format(
              Locale.ROOT,
              "the %s embeddings are of another network than the model's: %d values of %s, the"
                  + " model's backbone gives %d of %s. Compute them with the backbone that the"
                  + " model is built on",
              what,
              embeddings.dimension(),
              shortened(embeddings.network()),
              size,
              shortened(network)));
    }
    Set<String> ids = new HashSet<>();
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < embeddings.size(); i++) {
      String id = embeddings.id(i);
      checkArgument(
          ids.add(id),
          "the %s embeddings have two rows of the id '%s', row %s the second: give each an id of"
              + " its own",
          what,
          id,
          i);
      float[] row = embeddings.row(i);
      ImageSource place = ImageSource.of(id, () -> bytes(row));
      rows.put(place.contentHash(), row);
      examples.add(new Example(id, place, embeddings.label(i).orElse(null)));
    }
    return Dataset.of(examples);
  }

  private static InputStream bytes(float[] row) {
    ByteBuffer bytes =
        ByteBuffer.allocate(MAGIC.length + Float.BYTES * row.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC);
    for (float value : row) {
      bytes.putFloat(value);
    }
    return new ByteArrayInputStream(bytes.array());
  }

  private static String shortened(String network) {
    return network.isEmpty() ? "an unknown network" : "network " + network.substring(0, 12);
  }

  /** Refuses settings that need photographs. */
  void check(TrainingSettings settings, boolean teachers) {
    for (Phase phase : settings.phases()) {
      checkState(
          phase.stages() == 0,
          "phase '%s' trains the backbone, and there are embeddings in place of photographs: train"
              + " the head alone, or fit(dataset)",
          phase.name());
      checkState(
          PhaseInputs.augmentation(settings, phase).isNone(),
          "augmentation changes photographs, and there are embeddings in their place: leave it"
              + " out, or fit(dataset)");
    }
    checkState(
        !teachers,
        "distilFrom asks a teacher about photographs, and there are embeddings in their place:"
            + " leave it out, or fit(dataset)");
  }

  RunMemory memory(long budget) {
    return new RunMemory(budget, rows);
  }
}
