package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.inputs.RunMemory;
import dev.dogvision.internal.pipeline.PictureBatch;
import dev.dogvision.internal.pipeline.PictureBatches;
import dev.dogvision.internal.pipeline.PictureQuality;
import dev.dogvision.predict.PredictionEvent.Outcome;
import dev.dogvision.spi.PixelBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Predicts many pictures: {@link Predictor#inBatches}. Pictures are read and resized in parallel
 * ahead of the network, in bounded memory: a few batches of pixels, and, but for {@link #writeCsv}
 * and {@link #stream}, one float for each picture and label, or value of its embedding.
 *
 * <p>Immutable: each setting gives a changed copy. Safe from many threads at once; usable until the
 * predictor is closed.
 */
public final class BatchPredictor {
  private static final int CPU_BATCH = 8;
  private static final int CUDA_BATCH = 64;
  private static final int MOST_NAMED = 10;
  private static final int UNKNOWN = -1;

  /** What a killed process loses at most; one write to the disk each. */
  private static final int BATCHES_A_CHUNK = 16;

  private final NetworkPredictor predictor;
  private final int batchSize;
  private final ProblemPolicy unreadableImages;
  private final List<Progress> listeners;
  private final boolean console;

  /** Hears how far a data set has come. */
  @FunctionalInterface
  public interface Progress {

    /**
     * Called after each batch, by the thread that predicts. What it throws ends the prediction.
     *
     * @param done pictures predicted or skipped so far
     * @param total how many pictures there are; -1 where nobody knows, as of a stream
     */
    void predicted(int done, int total);
  }

  BatchPredictor(NetworkPredictor predictor) {
    this(
        predictor,
        predictor.device().type().equals("cuda") ? CUDA_BATCH : CPU_BATCH,
        ProblemPolicy.FAIL,
        List.of(),
        false);
  }

  private BatchPredictor(
      NetworkPredictor predictor,
      int batchSize,
      ProblemPolicy unreadableImages,
      List<Progress> listeners,
      boolean console) {
    this.predictor = predictor;
    this.batchSize = batchSize;
    this.unreadableImages = unreadableImages;
    this.listeners = listeners;
    this.console = console;
  }

  /**
   * How many pictures go through the network at once.
   *
   * @param size at least 1; 8 on a CPU and 64 on a GPU unless set
   * @return the changed copy
   */
  public BatchPredictor batchSize(int size) {
    checkArgument(size >= 1 && size <= 4096, "batchSize must be in 1..4096, got %s", size);
    return new BatchPredictor(predictor, size, unreadableImages, listeners, console);
  }

  /**
   * What to do about pictures that can't be read.
   *
   * @param policy to fail, as it is unless set; or to skip them, and name them in {@link
   *     Predictions#skipped()} and {@link WrittenPredictions#skipped()}
   * @return the changed copy
   */
  public BatchPredictor unreadableImages(ProblemPolicy policy) {
    return new BatchPredictor(
        predictor, batchSize, requireNonNull(policy, "policy"), listeners, console);
  }

  private boolean skips() {
    return unreadableImages == ProblemPolicy.SKIP;
  }

  /**
   * Shows progress on the standard error stream: a bar on a terminal, plain lines elsewhere.
   *
   * @return the changed copy
   */
  public BatchPredictor progress() {
    return new BatchPredictor(predictor, batchSize, unreadableImages, listeners, true);
  }

  /**
   * Tells a listener how far it has come.
   *
   * @param listener called after each batch
   * @return the changed copy
   */
  public BatchPredictor onProgress(Progress listener) {
    List<Progress> more = new ArrayList<>(listeners);
    more.add(requireNonNull(listener, "listener"));
    return new BatchPredictor(predictor, batchSize, unreadableImages, List.copyOf(more), console);
  }

  /**
   * Predicts all pictures of a data set. Labels of the data set have no part in it.
   *
   * @param dataset the pictures
   * @return the predictions, in the data set's order
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #unreadableImages} is to skip them
   * @throws IllegalStateException if the predictor is closed
   */
  public Predictions predict(Dataset dataset) {
    List<Example> examples = dataset.examples();
    return predict(
        examples.stream().map(Example::image).iterator(),
        examples.size(),
        index -> examples.get(index).id());
  }

  /**
   * Predicts pictures from anywhere.
   *
   * @param sources the pictures
   * @return the predictions, in the pictures' order; their ids are the sources' names
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #unreadableImages} is to skip them
   * @throws IllegalStateException if the predictor is closed
   */
  public Predictions predict(Collection<ImageSource> sources) {
    List<ImageSource> copy = List.copyOf(sources);
    return predict(copy.iterator(), copy.size(), index -> copy.get(index).name());
  }

  /**
   * Predicts pictures from anywhere, however many: only what is said of them is held, one float for
   * each picture and label, and not the pictures. {@link #stream} holds not even that.
   *
   * @param sources the pictures; read to its end, and not closed
   * @return the predictions, in the pictures' order; their ids are the sources' names
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #unreadableImages} is to skip them
   * @throws IllegalStateException if the predictor is closed
   */
  public Predictions predict(Stream<ImageSource> sources) {
    List<String> names = new ArrayList<>();
    Iterator<ImageSource> named =
        sources
            .sequential()
            .map(
                source -> {
                  names.add(source.name());
                  return source;
                })
            .iterator();
    return predict(named, UNKNOWN, names::get);
  }

  private Predictions predict(Iterator<ImageSource> sources, int total, IntFunction<String> name) {
    predictor.checkOpen();
    List<String> ids = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    List<float[]> logits = new ArrayList<>();
    List<PictureQuality> qualities = new ArrayList<>();
    Unreadable unreadable =
        hearing(
            0,
            total,
            hearing ->
                run(
                    sources,
                    0,
                    total,
                    hearing,
                    (first, batch, rows) -> {
                      for (int i = 0; i < rows.length; i++) {
                        float[] row = rows[i];
                        if (row == null) {
                          skipped.add(name.apply(first + i));
                        } else {
                          ids.add(name.apply(first + i));
                          logits.add(row);
                          qualities.add(batch.quality(i));
                        }
                      }
                    }));
    if (!skips()) {
      unreadable.throwIfAny("");
    }
    return new Predictions(
        predictor.model(), ids, logits.toArray(float[][]::new), qualities, skipped);
  }

  /**
   * The embeddings of all pictures of a data set, with its ids and labels. What this predictor has
   * computed is remembered by the pictures' content, as long as the JVM has memory for it, and not
   * computed again; a picture's embedding does not depend on the others.
   *
   * @param dataset the pictures
   * @return a row for each, in the data set's order
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #unreadableImages} is to skip them
   * @throws IllegalStateException if the predictor is closed
   */
  public Embeddings embed(Dataset dataset) {
    List<Example> examples = dataset.examples();
    return embed(
        examples.stream().map(Example::image).toList(),
        index -> examples.get(index).id(),
        index -> examples.get(index).label());
  }

  /**
   * The embeddings of pictures from anywhere, as {@link #embed(Dataset)} gives them.
   *
   * @param sources the pictures
   * @return a row for each, in the pictures' order; their ids are the sources' names
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #unreadableImages} is to skip them
   * @throws IllegalStateException if the predictor is closed
   */
  public Embeddings embed(Collection<ImageSource> sources) {
    List<ImageSource> copy = List.copyOf(sources);
    return embed(copy, index -> copy.get(index).name(), index -> null);
  }

  private Embeddings embed(
      List<ImageSource> sources, IntFunction<String> id, IntFunction<@Nullable String> label) {
    predictor.checkOpen();
    RunMemory memory = predictor.embeddingMemory();
    String part = "batches of " + batchSize; // in which an engine may round otherwise
    float[] @Nullable [] rows = new float[sources.size()][];
    List<Integer> missing = new ArrayList<>();
    List<String> hashes =
        memory.knows(part)
            ? Fingerprints.contents(sources, source -> source, source -> "")
            : List.of();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = hashes.isEmpty() ? null : memory.get(part, hashes.get(i));
      if (rows[i] == null) {
        missing.add(i);
      }
    }
    int known = rows.length - missing.size();
    Unreadable unreadable =
        hearing(
            known,
            rows.length,
            hearing ->
                run(
                    predictor
                        .pipeline(batchSize)
                        .inFullBatches()
                        .withHashes()
                        .batches(missing.stream().map(sources::get).iterator()),
                    known,
                    rows.length,
                    hearing,
                    (first, batch) -> {
                      float[] @Nullable [] computed = embeddings(batch);
                      for (int i = 0; i < computed.length; i++) {
                        float[] row = computed[i];
                        rows[missing.get(first - known + i)] = row;
                        if (row != null) {
                          memory.put(part, batch.hash(i), row);
                        }
                      }
                    }));
    if (!skips()) {
      unreadable.throwIfAny("");
    }
    List<String> ids = new ArrayList<>();
    List<@Nullable String> labels = new ArrayList<>();
    List<float[]> readable = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      float[] row = rows[i];
      if (row == null) {
        skipped.add(id.apply(i));
      } else {
        ids.add(id.apply(i));
        labels.add(label.apply(i));
        readable.add(row);
      }
    }
    return Embeddings.of(
        predictor.embeddingNetwork(),
        predictor.model().plan().embeddingSize(),
        ids,
        labels,
        readable.toArray(float[][]::new),
        skipped);
  }

  /**
   * Predicts pictures one after the other as somebody asks for them, without ever holding more than
   * a few batches: for a million of them, or for as many as come. A picture that can't be read is
   * an outcome and not an end, whatever {@link #unreadableImages} says.
   *
   * <pre>{@code
   * for (Labelled<Prediction> one : predictor.stream(sources)) {
   *   one.problem().ifPresentOrElse(System.err::println, () -> keep(one.name(), one.value()));
   * }
   * }</pre>
   *
   * <p>Pictures are read up to four batches ahead of the one that is asked for, and only while
   * somebody asks. Nothing needs to be closed: who stops in the middle leaves nothing behind.
   *
   * @param sources the pictures; gone through anew by each iterator, in the thread that uses it
   * @return in the pictures' order. An iterator is for one thread
   * @throws IllegalStateException if the predictor is closed; so do iterators when that happens
   */
  public Iterable<Labelled<Prediction>> stream(Iterable<ImageSource> sources) {
    predictor.checkOpen();
    requireNonNull(sources, "sources");
    return () ->
        iterator(predictor.pipeline(batchSize).batches(sources.iterator()), this::predicted);
  }

  /**
   * As {@link #stream(Iterable)}, over pictures that can be gone through once: so can the result.
   *
   * @param sources the pictures
   * @return in the pictures' order; a second iterator is an {@link IllegalStateException}
   * @throws IllegalStateException if the predictor is closed
   */
  public Iterable<Labelled<Prediction>> stream(Iterator<ImageSource> sources) {
    predictor.checkOpen();
    requireNonNull(sources, "sources");
    AtomicBoolean taken = new AtomicBoolean();
    return () -> {
      checkState(
          !taken.getAndSet(true),
          "these pictures can be gone through once; give an Iterable to go through them again");
      return iterator(predictor.pipeline(batchSize).batches(sources), this::predicted);
    };
  }

  /**
   * As {@link #stream(Iterable)}, over pictures that can be gone through once: so can the result.
   *
   * @param sources the pictures; not closed
   * @return in the pictures' order; a second iterator is an {@link IllegalStateException}
   * @throws IllegalStateException if the predictor is closed
   */
  public Iterable<Labelled<Prediction>> stream(Stream<ImageSource> sources) {
    return stream(sources.iterator());
  }

  /**
   * Predicts pictures as {@link #stream(Iterable)} does, and gives each one's embedding beside: the
   * picture is read once for both, and goes through the network once. Embeddings are those of
   * {@link #embed(Collection)}, to the last bit, whichever pictures come with one. An answer may
   * differ from that of {@link #stream(Iterable)} by what an engine rounds otherwise where it stops
   * at the embedding.
   *
   * @param sources the pictures; gone through anew by each iterator, in the thread that uses it
   * @return in the pictures' order. An iterator is for one thread
   * @throws IllegalStateException if the predictor is closed; so do iterators when that happens
   */
  public Iterable<Labelled<EmbeddedPrediction>> streamWithEmbeddings(
      Iterable<ImageSource> sources) {
    predictor.checkOpen();
    requireNonNull(sources, "sources");
    return () ->
        iterator(
            predictor.pipeline(batchSize).inFullBatches().batches(sources.iterator()),
            this::embedded);
  }

  private List<Labelled<Prediction>> predicted(PictureBatch batch) {
    float[] @Nullable [] rows = logits(batch);
    List<Labelled<Prediction>> outcomes = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      outcomes.add(outcome(batch, i, rows[i]));
    }
    return outcomes;
  }

  private List<Labelled<EmbeddedPrediction>> embedded(PictureBatch batch) {
    AtomicReference<float[]> embeddings = new AtomicReference<>();
    float[] @Nullable [] rows =
        finite(
            batch,
            batch.run(
                pixels -> {
                  float[] values = predictor.embeddings(pixels);
                  embeddings.set(values);
                  return values;
                }));
    float[] @Nullable [] logits =
        finite(
            batch, batch.run(pixels -> predictor.logits(pixels, requireNonNull(embeddings.get()))));
    List<Labelled<EmbeddedPrediction>> outcomes = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      Labelled<Prediction> prediction = outcome(batch, i, logits[i]);
      float[] row = rows[i];
      outcomes.add(
          row == null
              ? Labelled.unreadable(batch.source(i), batch.problem(i).orElseThrow())
              : Labelled.of(batch.source(i), new EmbeddedPrediction(prediction.value(), row)));
    }
    return outcomes;
  }

  private <T> Iterator<Labelled<T>> iterator(
      PictureBatches batches, Function<PictureBatch, List<Labelled<T>>> work) {
    return new Iterator<>() {
      private final Deque<Labelled<T>> ready = new ArrayDeque<>();
      private int done;

      @Override
      public boolean hasNext() {
        return !ready.isEmpty() || batches.hasNext();
      }

      @Override
      public Labelled<T> next() {
        if (ready.isEmpty()) {
          predictor.checkOpen();
          PictureBatch batch = batches.next();
          ready.addAll(work.apply(batch));
          done += batch.size();
          listeners.forEach(listener -> listener.predicted(done, UNKNOWN));
        }
        return ready.remove();
      }
    };
  }

  private Labelled<Prediction> outcome(PictureBatch batch, int place, float @Nullable [] row) {
    ImageSource source = batch.source(place);
    return row == null
        ? Labelled.unreadable(source, batch.problem(place).orElseThrow())
        : Labelled.of(source, new Prediction(predictor.model(), row, batch.quality(place)));
  }

  /**
   * Predicts all pictures of a data set and writes the table that {@link Predictions#writeCsv}
   * writes, to the same last byte, without ever holding more of it in memory than a few batches.
   *
   * <p>What is done is kept in {@code <file>.unfinished} beside the file until the table is whole.
   * Interrupted, whether by an exception or by the end of the process, the same call goes on from
   * there: the last few batches at most are lost. What is kept is used only for the model, engine,
   * device, precision and batch size and for pictures of the ids and bytes that it was computed
   * from; where one of these has changed, the call begins again from there, and {@link
   * WrittenPredictions#notice()} says why.
   *
   * @param dataset the pictures; their labels have no part in it
   * @param file the table's place; a file that is there is replaced in the end, whole or not at all
   * @return what was written
   * @throws DogVisionException if pictures can't be read, naming up to 10 and how many more, unless
   *     {@link #unreadableImages} is to skip them; if the file can't be written, or another call is
   *     writing it
   * @throws IllegalStateException if the predictor is closed
   */
  @CanIgnoreReturnValue
  public WrittenPredictions writeCsv(Dataset dataset, Path file) {
    return writeCsv(dataset, file, TableStyle.SUBMISSION);
  }

  /**
   * Predicts all pictures of a data set and writes a table as {@link #writeCsv(Dataset, Path)}
   * does, for programs or for spreadsheets. An interrupted call of another style is begun again.
   *
   * @param dataset the pictures; their labels have no part in it
   * @param file the table's place; a file that is there is replaced in the end, whole or not at all
   * @param style for whom it is
   * @return what was written
   * @throws DogVisionException as there
   * @throws IllegalStateException if the predictor is closed
   */
  @CanIgnoreReturnValue
  public WrittenPredictions writeCsv(Dataset dataset, Path file, TableStyle style) {
    predictor.checkOpen();
    long start = System.nanoTime();
    List<Example> examples = dataset.examples();
    CsvTable table =
        new CsvTable(predictor.model().labels(), predictor.model().temperature(), style);
    try (UnfinishedTable unfinished =
        UnfinishedTable.open(file, settings(style), examples, batchSize, skips())) {
      int takenUp = unfinished.done();
      CsvChunks chunks = new CsvChunks(examples, table, unfinished);
      Unreadable unreadable =
          hearing(
              takenUp,
              examples.size(),
              hearing -> {
                Unreadable problems;
                try {
                  problems =
                      run(
                          examples.stream().skip(takenUp).map(Example::image).iterator(),
                          takenUp,
                          examples.size(),
                          hearing,
                          chunks);
                } catch (RuntimeException | Error e) {
                  chunks.flushAfter(e);
                  throw e;
                }
                chunks.flush();
                return problems;
              });
      if (!skips()) {
        unreadable.throwIfAny(
            String.format(
                Locale.ROOT,
                ". The first %s pictures are done and kept: the same call goes on from there",
                unfinished.done()));
      }
      unfinished.finish(table.header());
      return new WrittenPredictions(
          file,
          unfinished.rows(),
          unfinished.skipped(),
          takenUp,
          unfinished.notice(),
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** What every row depends on. */
  private Map<String, String> settings(TableStyle style) {
    return ImmutableMap.<String, String>builder()
        .putAll(predictor.settings(batchSize))
        .put("table style", style.name())
        .buildOrThrow();
  }

  /** Takes what a batch gave. */
  @FunctionalInterface
  private interface BatchSink {

    /**
     * Called for batch after batch, in order.
     *
     * @param first the batch's first picture
     * @param batch the pictures
     * @param logits a row a picture; null for one that can't be read
     */
    void add(int first, PictureBatch batch, float[] @Nullable [] logits);
  }

  /** Gathers rows, and appends them to the unfinished table some batches at a time. */
  private final class CsvChunks implements BatchSink {
    private final List<Example> examples;
    private final CsvTable table;
    private final UnfinishedTable unfinished;
    private final StringBuilder text = new StringBuilder();
    private final List<String> skipped = new ArrayList<>();
    private int next;

    CsvChunks(List<Example> examples, CsvTable table, UnfinishedTable unfinished) {
      this.examples = examples;
      this.table = table;
      this.unfinished = unfinished;
      this.next = unfinished.done();
    }

    @Override
    public void add(int first, PictureBatch batch, float[] @Nullable [] logits) {
      for (int i = 0; i < logits.length; i++) {
        String id = examples.get(first + i).id();
        float[] row = logits[i];
        if (row == null) {
          skipped.add(id);
        } else {
          text.append(table.row(id, row));
        }
      }
      next = first + logits.length;
      if (next - unfinished.done() >= BATCHES_A_CHUNK * batchSize) {
        flush();
      }
    }

    /** Keeps what there is, whatever went wrong. */
    void flushAfter(Throwable failure) {
      try {
        flush();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }

    void flush() {
      if (next > unfinished.done()) {
        unfinished.append(examples.subList(unfinished.done(), next), skipped, text);
        text.setLength(0);
        skipped.clear();
      }
    }
  }

  private Unreadable hearing(int from, int total, Function<List<Progress>, Unreadable> work) {
    if (!console) {
      return work.apply(listeners);
    }
    try (ConsoleProgress bar = new ConsoleProgress("Predicting", from, total)) {
      return work.apply(ImmutableList.<Progress>builder().addAll(listeners).add(bar).build());
    }
  }

  /** Pictures that can't be read: the first few by name, and how many. */
  private static final class Unreadable {
    private final List<String> named = new ArrayList<>();
    private int count;
    private int pictures;

    void add(UnreadableImageException problem) {
      count++;
      if (named.size() < MOST_NAMED) {
        named.add(String.valueOf(problem.getMessage()));
      }
    }

    void throwIfAny(String rest) {
      if (count == 0) {
        return;
      }
      int more = count - named.size();
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "%s of %s pictures can't be read: %s%s. Repair or remove them, or leave them out with"
                  + " inBatches().unreadableImages(ProblemPolicy.SKIP)%s",
              count,
              pictures,
              String.join("; ", named),
              more > 0 ? "; and " + more + " more" : "",
              rest));
    }
  }

  /**
   * Predicts pictures, and gives the sink every batch in which all can be read, or may be skipped,
   * up to the first that has others.
   *
   * @param from how many pictures came before these
   * @param total how many there are with those; {@link #UNKNOWN} where nobody knows
   * @return what can't be read, and why
   */
  private Unreadable run(
      Iterator<ImageSource> sources, int from, int total, List<Progress> hearing, BatchSink sink) {
    return run(
        predictor.pipeline(batchSize).batches(sources),
        from,
        total,
        hearing,
        (first, batch) -> sink.add(first, batch, logits(batch)));
  }

  /** Takes batches in which all pictures can be read, or may be skipped. */
  @FunctionalInterface
  private interface PictureSink {
    void add(int first, PictureBatch batch);
  }

  private Unreadable run(
      PictureBatches pictures, int from, int total, List<Progress> hearing, PictureSink sink) {
    Unreadable unreadable = new Unreadable();
    int done = from;
    try (PictureBatches batches = pictures) {
      while (batches.hasNext()) {
        PictureBatch batch = batches.next();
        for (int i = 0; i < batch.size(); i++) {
          batch.problem(i).ifPresent(unreadable::add);
        }
        if (skips() || unreadable.count == 0) { // else pictures are still read, to name all
          sink.add(done, batch);
        }
        done += batch.size();
        unreadable.pictures = done;
        for (Progress listener : hearing) {
          listener.predicted(done, total);
        }
      }
    }
    return unreadable;
  }

  private float[] @Nullable [] logits(PictureBatch batch) {
    return run(
        batch,
        predictor::logits,
        (row, place) -> {
          Prediction prediction = new Prediction(predictor.model(), row, batch.quality(place));
          return PredictionEvents.outcome(Optional.of(prediction));
        });
  }

  private float[] @Nullable [] embeddings(PictureBatch batch) {
    return run(batch, predictor::embeddings, (row, place) -> Outcome.ANSWERED);
  }

  /** Says how a picture of a batch ended. */
  @FunctionalInterface
  private interface BatchOutcome {
    Outcome of(float[] row, int place);
  }

  private float[] @Nullable [] run(
      PictureBatch batch, Function<PixelBatch, float[]> network, BatchOutcome outcome) {
    PredictionEvents events = predictor.events();
    if (events == null) {
      return finite(batch, batch.run(network));
    }
    long start = System.nanoTime();
    float[] @Nullable [] rows;
    try {
      rows = finite(batch, batch.run(network));
    } catch (RuntimeException | Error e) {
      events.batchEnded(outcomes(batch, place -> Outcome.FAILED), System.nanoTime() - start);
      throw e;
    }
    long nanos = System.nanoTime() - start;
    events.batchEnded(
        outcomes(batch, place -> outcome.of(requireNonNull(rows[place]), place)), nanos);
    return rows;
  }

  private static List<Outcome> outcomes(PictureBatch batch, IntFunction<Outcome> readable) {
    return IntStream.range(0, batch.size())
        .mapToObj(
            place -> batch.problem(place).isPresent() ? Outcome.BAD_PICTURE : readable.apply(place))
        .toList();
  }

  private float[] @Nullable [] finite(PictureBatch batch, float[] @Nullable [] rows) {
    for (int i = 0; i < rows.length; i++) {
      float[] row = rows[i];
      if (row != null) {
        rows[i] = predictor.finite(row, batch.source(i).name());
      }
    }
    return rows;
  }
}
