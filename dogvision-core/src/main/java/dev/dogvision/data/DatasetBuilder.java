package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.SetOnce;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a {@link Dataset} from a CSV of labels and a folder of images, from one folder a breed,
 * from a folder of images without labels, or from {@link ImageSource}s of any kind. Not safe for
 * use by several threads at once.
 *
 * <p>An image file is recognised by its suffix, in any case: .jpg, .jpeg, .png, .webp, .bmp or
 * .gif; one of another name by its content. What looks like a photograph and is left out, and
 * breeds that vanish with it, are told of in {@link DatasetSummary#notices()}. Hidden files, whose
 * names begin with a dot, are passed over. Each image's first bytes are read, so that an empty
 * file, or one that is no image at all, is found here and not in the middle of a training run;
 * {@link #verifyImages()} decodes every image instead.
 *
 * <p>Each option may be set once.
 */
@CheckReturnValue
public final class DatasetBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(DatasetBuilder.class);

  private enum Source {
    CSV("fromCsv"),
    FOLDERS("fromFolders"),
    IMAGES("fromImages"),
    SOURCES("fromSources");

    private final String method;

    Source(String method) {
      this.method = method;
    }
  }

  private final Source source;

  /** The CSV or folder; an empty path where examples were given. */
  private final Path path;

  private final List<Example> given;
  private final SetOnce once = new SetOnce();
  private @Nullable Path images;
  private @Nullable String idColumn;
  private @Nullable String labelColumn;
  private @Nullable Character delimiter;
  private @Nullable Charset charset;
  private @Nullable ProblemPolicy missing;
  private @Nullable ProblemPolicy missingLabels;
  private @Nullable ProblemPolicy unreadable;
  private @Nullable ProblemPolicy conflicting;
  private @Nullable ImageDecoder decoder;
  private @Nullable Path corrections;
  private boolean withoutImages;
  private boolean followLinks;
  private boolean verify;

  private DatasetBuilder(Source source, Path path) {
    this(source, path, List.of());
  }

  private DatasetBuilder(Source source, Path path, List<Example> given) {
    this.source = source;
    this.path = requireNonNull(path, "path");
    this.given = ImmutableList.copyOf(given);
  }

  /**
   * Reads a CSV of ids and breeds, such as Kaggle's {@code labels.csv}.
   *
   * <p>The file is comma-separated UTF-8, with or without byte order mark, or UTF-16 with one, with
   * any line ends, and may quote fields (RFC 4180). Its first line names the columns, {@code id}
   * and {@code breed} in any order and case, among others; see {@link #columns}. Ids, breeds and
   * column names are trimmed. Where a row repeats an id with the same breed, one of them is kept
   * and the {@link DatasetSummary} counts the others. Breeds that look the same are one: they are
   * composed (NFC) and freed of characters that can't be seen.
   *
   * <p>What spreadsheets leave behind is understood: a first line such as {@code sep=;}, rows and
   * columns of empty cells, {@code ="0001"}. Where there is no image for an id like {@code 7} or
   * {@code 7.0}, but one for {@code 007}, and all numbers in the folder are filled up to that
   * width, that one is meant; the summary's notes name such ids.
   *
   * <p>An id is the name of an image in the folder of {@link #images}, with or without suffix. It
   * may lead into a folder below ({@code puppies/rex}), but never out of the folder of images: an
   * id with {@code ..}, an absolute one, one with a backslash or control character, and one that is
   * a link to somewhere outside are all refused.
   *
   * <p>The data set is in the order of the rows, and its labels are those of all rows, sorted,
   * whether or not their images can be used.
   *
   * @param file the CSV
   * @return a builder
   */
  public static DatasetBuilder fromCsv(Path file) {
    return new DatasetBuilder(Source.CSV, file);
  }

  /**
   * Reads a folder that holds one folder a breed. The folders' names are the labels; an image's id
   * is {@code breed/name}, without suffix unless two images of a breed differ in nothing else. The
   * data set is sorted by breed, then by file name. Links are followed.
   *
   * @param folder the folder of folders
   * @return a builder
   */
  public static DatasetBuilder fromFolders(Path folder) {
    return new DatasetBuilder(Source.FOLDERS, folder);
  }

  /**
   * Reads a folder of images without labels, sorted by file name (by UTF-16 code units, which no
   * locale changes). An image's id is its file's name, without suffix unless two images differ in
   * nothing else. Links are followed, folders below are not read.
   *
   * <p>Such images are there to be predicted, and what predicts them says or leaves out which can't
   * be read. So they are not looked at here, unless {@link #unreadableImages} or {@link
   * #verifyImages} asks for it.
   *
   * @param folder the folder of images
   * @return a builder
   */
  public static DatasetBuilder fromImages(Path folder) {
    return new DatasetBuilder(Source.IMAGES, folder);
  }

  /**
   * Takes photographs from anywhere: rows of a database, an object store, uploads, files of one's
   * own choice.
   *
   * <pre>{@code
   * Dataset dogs = DatasetBuilder.fromSources(List.of(
   *     Example.of(ImageSource.of("dogs/17", bytes), "chow"),
   *     Example.of(ImageSource.of("dogs/18", () -> store.open("dogs/18")), "pug"))).build();
   * }</pre>
   *
   * <p>Either all have a label or none has; the labels are those that occur, sorted. What tells
   * photographs apart is the source or its content: where two of one id differ, the second is given
   * another id, and where they are the same, one is kept and the {@link DatasetSummary} counts the
   * other. A stream that has to be opened is not looked at before it is needed, unless {@link
   * #verifyImages()} is called.
   *
   * @param examples the photographs, in the data set's order
   * @return a builder
   */
  public static DatasetBuilder fromSources(Collection<Example> examples) {
    return new DatasetBuilder(Source.SOURCES, Path.of(""), List.copyOf(examples));
  }

  /**
   * Takes photographs from anywhere.
   *
   * @param examples the photographs, in the data set's order; read to its end now, and not closed
   * @return a builder
   * @see #fromSources(Collection)
   */
  public static DatasetBuilder fromSources(Stream<Example> examples) {
    return fromSources(examples.toList());
  }

  /**
   * Where the images of a CSV's ids are. Without this they are looked for beside the CSV.
   *
   * @param folder the folder of images
   * @return this builder
   * @throws IllegalStateException if already set, or if the data does not come from a CSV
   */
  @CanIgnoreReturnValue
  public DatasetBuilder images(Path folder) {
    csvOnly("images");
    checkState(!withoutImages, "images(" + folder + ") contradicts withoutImages()");
    once.set("images", requireNonNull(folder, "folder"));
    images = folder;
    return this;
  }

  /**
   * Reads a CSV's rows alone and looks for no image: to count breeds before the photographs are
   * there. An example's {@link Example#image()} is then the path of its id below the CSV's folder,
   * and need not exist.
   *
   * @return this builder
   * @throws IllegalStateException if the data does not come from a CSV, or a folder of images is
   *     set
   */
  @CanIgnoreReturnValue
  public DatasetBuilder withoutImages() {
    csvOnly("withoutImages");
    checkState(images == null, "withoutImages() contradicts images(" + images + ")");
    checkState(!verify, "withoutImages() contradicts verifyImages()");
    once.set("withoutImages", true);
    withoutImages = true;
    return this;
  }

  /**
   * The names of the CSV's columns. Defaults to {@code "id"} and {@code "breed"}.
   *
   * @param id the column that names the image
   * @param label the column that names the breed
   * @return this builder
   * @throws IllegalArgumentException if a name is blank or both are the same
   * @throws IllegalStateException if already set, or if the data does not come from a CSV
   */
  @CanIgnoreReturnValue
  public DatasetBuilder columns(String id, String label) {
    csvOnly("columns");
    checkArgument(!id.isBlank() && !label.isBlank(), "a column's name must not be blank");
    checkArgument(!id.equals(label), "id and label must be different columns, got '%s' twice", id);
    once.set("columns", id, label);
    idColumn = id;
    labelColumn = label;
    return this;
  }

  /**
   * What separates the CSV's columns. Defaults to a comma.
   *
   * @param character the delimiter, such as {@code ';'}
   * @return this builder
   * @throws IllegalArgumentException if it is a quote or a line end
   * @throws IllegalStateException if already set, or if the data does not come from a CSV
   */
  @CanIgnoreReturnValue
  public DatasetBuilder delimiter(char character) {
    csvOnly("delimiter");
    checkArgument(
        character != '"' && character != '\r' && character != '\n' && character != 0,
        "delimiter must not be a quote, a line end or NUL");
    once.set("delimiter", character);
    delimiter = character;
    return this;
  }

  /**
   * The CSV's encoding. Defaults to UTF-8, or to UTF-16 where the file's byte order mark says so.
   *
   * @param encoding the encoding
   * @return this builder
   * @throws IllegalStateException if already set, or if the data does not come from a CSV
   */
  @CanIgnoreReturnValue
  public DatasetBuilder charset(Charset encoding) {
    csvOnly("charset");
    once.set("charset", requireNonNull(encoding, "encoding"));
    charset = encoding;
    return this;
  }

  /**
   * What to do about rows that have no image. Defaults to {@link ProblemPolicy#FAIL}.
   *
   * @param policy fail, or skip and count
   * @return this builder
   * @throws IllegalStateException if already set, or if the data does not come from a CSV
   */
  @CanIgnoreReturnValue
  public DatasetBuilder missingImages(ProblemPolicy policy) {
    csvOnly("missingImages");
    once.set("missingImages", requireNonNull(policy, "policy"));
    missing = policy;
    return this;
  }

  /**
   * What to do about rows of a CSV that name no breed: the cell is blank, or holds what programs
   * write for a missing value, such as {@code NaN} or {@code #N/A}. Defaults to {@link
   * ProblemPolicy#FAIL}.
   *
   * @param policy fail, or skip and say so in the summary's notes
   * @return this builder
   * @throws IllegalStateException if already set, or if the data does not come from a CSV
   */
  @CanIgnoreReturnValue
  public DatasetBuilder missingLabels(ProblemPolicy policy) {
    csvOnly("missingLabels");
    once.set("missingLabels", requireNonNull(policy, "policy"));
    missingLabels = policy;
    return this;
  }

  /**
   * What reads the images, wherever the data set comes to: here, in training, prediction,
   * evaluation and reports alike.
   *
   * @param ownDecoder for example one that allows more pixels, or reads what there is of images
   *     that are cut short; the standard one unless set
   * @return this builder
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public DatasetBuilder decoder(ImageDecoder ownDecoder) {
    once.set("decoder", requireNonNull(ownDecoder, "ownDecoder"));
    decoder = ownDecoder;
    return this;
  }

  /**
   * What to do about images that cannot be read. Defaults to {@link ProblemPolicy#FAIL}, which
   * looks at first bytes only. To skip reads every file, and finds those that end before their
   * image does or ask for more than is allowed; what nothing but decoding finds, {@link
   * #verifyImages} does.
   *
   * @param policy fail, or skip and count
   * @return this builder
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public DatasetBuilder unreadableImages(ProblemPolicy policy) {
    once.set("unreadableImages", requireNonNull(policy, "policy"));
    unreadable = policy;
    return this;
  }

  /**
   * What to do about an id that has different breeds in different rows of a CSV, or a photograph
   * that comes twice among {@link #fromSources sources}, by different breeds. Defaults to {@link
   * ProblemPolicy#FAIL}. To skip leaves out all of them, since nothing tells which is right.
   *
   * @param policy fail, or skip and count
   * @return this builder
   * @throws IllegalStateException if already set, or if the data is read from folders
   */
  @CanIgnoreReturnValue
  public DatasetBuilder conflictingLabels(ProblemPolicy policy) {
    checkState(
        source == Source.CSV || source == Source.SOURCES,
        "conflictingLabels is for DatasetBuilder.fromCsv and fromSources, not for "
            + source.method);
    once.set("conflictingLabels", requireNonNull(policy, "policy"));
    conflicting = policy;
    return this;
  }

  /**
   * Applies what people decided about photographs, as the page of {@code LabelCleaner} gives it:
   * labels that are right, labels to replace, photographs to leave out. The data set is then as if
   * its table or folders had been written so, labels included: a breed that loses all its
   * photographs for it is a label no more, and a notice says so. Files on the disk stay as they
   * are.
   *
   * <p>The summary says how many photographs were relabelled, dropped and kept, and which. What was
   * dropped is not looked at, so a broken file that was dropped is no failure. The data doctor does
   * not ask again about labels that somebody has decided about. What is kept on disk by content,
   * such as embeddings, is still good; the fingerprint changes where a label or a photograph does.
   *
   * @param file a CSV of the columns {@code id}, {@code action} and {@code label}, see {@link
   *     Corrections}; read as the data set is built. Ids are those that the data set has without
   *     it; {@link #build} refuses it whole where it does not know one
   * @return this builder
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public DatasetBuilder corrections(Path file) {
    once.set("corrections", requireNonNull(file, "file"));
    corrections = file;
    return this;
  }

  /**
   * Accepts links in the folder of images that lead out of it.
   *
   * @return this builder
   * @throws IllegalStateException if already set, or if the data does not come from a CSV: links in
   *     folders read as a whole are followed anyway
   */
  @CanIgnoreReturnValue
  public DatasetBuilder followLinks() {
    csvOnly("followLinks");
    once.set("followLinks", true);
    followLinks = true;
    return this;
  }

  /**
   * Decodes every image while building, on all processors, so that each broken one is found now.
   * That takes some milliseconds an image; by default only the first bytes are looked at.
   *
   * @return this builder
   * @throws IllegalStateException if already set, or if no image is looked for
   */
  @CanIgnoreReturnValue
  public DatasetBuilder verifyImages() {
    checkState(!withoutImages, "verifyImages() contradicts withoutImages()");
    once.set("verifyImages", true);
    verify = true;
    return this;
  }

  private void csvOnly(String option) {
    checkState(
        source == Source.CSV, option + " is for DatasetBuilder.fromCsv, not for " + source.method);
  }

  private static void checkState(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }

  /**
   * Reads the data set.
   *
   * @return the data set, at least one example
   * @throws DatasetException if the data cannot be read or used; the message names the file, the
   *     lines, what was expected and what to do
   */
  public Dataset build() {
    return switch (source) {
      case CSV -> csv();
      case FOLDERS -> folders();
      case IMAGES -> images();
      case SOURCES -> sources();
    };
  }

  /** Rows that are one example: the same id, or the same image by another id. */
  private record Candidate(Path image, boolean isThere, List<LabelTable.Row> rows) {
    String id() {
      return rows.get(0).id();
    }

    Set<String> labels() {
      Set<String> labels = new LinkedHashSet<>();
      rows.forEach(row -> labels.add(row.label()));
      return labels;
    }
  }

  private Dataset csv() {
    Path beside = requireNonNull(path.toAbsolutePath().getParent());
    Path root = images == null ? beside : images;
    LabelTable table =
        LabelTable.read(
            path,
            idColumn == null ? "id" : idColumn,
            labelColumn == null ? "breed" : labelColumn,
            delimiter == null ? ',' : delimiter,
            charset,
            missingLabels == null ? ProblemPolicy.FAIL : missingLabels,
            id -> !withoutImages && ImageFolder.holds(root, id));
    @Nullable ImageFolder folder = withoutImages ? null : new ImageFolder(root, followLinks);

    Map<Object, Candidate> candidates = new LinkedHashMap<>();
    List<String> refused = new ArrayList<>();
    int severalImages = 0;
    List<String> restored = new ArrayList<>();
    for (LabelTable.Row row : table.rows()) {
      ImageFolder.Found found = folder == null ? null : folder.find(row.id());
      if (found != null && found.refusal() != null) {
        refused.add("line " + row.line() + ": the id '" + row.id() + "' " + found.refusal());
        continue;
      }
      Path file = found == null ? null : found.file();
      Candidate candidate =
          candidates.computeIfAbsent(
              file == null ? row.id() : file,
              key ->
                  new Candidate(
                      file == null ? FileNames.resolve(root, row.id()) : file,
                      file != null,
                      new ArrayList<>()));
      if (candidate.rows().isEmpty() && found != null && found.alternatives() > 0) {
        severalImages++;
      }
      if (found != null && found.restored()) {
        restored.add("'" + row.id() + "' (" + requireNonNull(file).getFileName() + ")");
      }
      candidate.rows().add(row);
    }
    if (!refused.isEmpty()) {
      throw new DatasetException(
          path
              + ": "
              + Problems.count(refused.size(), "row is", "rows are")
              + " refused:"
              + Problems.lines(refused),
          refused,
          null);
    }

    List<String> duplicates = new ArrayList<>();
    List<String> conflicts = new ArrayList<>();
    List<String> conflictingIds = new ArrayList<>();
    List<String> absent = new ArrayList<>();
    List<String> absentIds = new ArrayList<>();
    List<Example> all = new ArrayList<>();
    List<Integer> allLines = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (Candidate candidate : candidates.values()) {
      if (candidate.labels().size() > 1) {
        names.addAll(candidate.labels());
        conflictingIds.add(candidate.id());
        conflicts.add(conflict(candidate));
        continue;
      }
      for (LabelTable.Row row : candidate.rows().subList(1, candidate.rows().size())) {
        duplicates.add(row.id());
      }
      LabelTable.Row row = candidate.rows().get(0);
      if (folder != null && !candidate.isThere()) {
        names.add(row.label());
        absentIds.add(row.id());
        absent.add(absence(row, folder, absent.size() < Problems.NAMED));
        continue;
      }
      all.add(new Example(row.id(), candidate.image(), row.label()));
      allLines.add(row.line());
    }
    Set<String> leftOut = new HashSet<>(table.unlabelled());
    leftOut.addAll(conflictingIds);
    leftOut.addAll(absentIds);
    @Nullable CorrectedExamples corrected = corrected(all, leftOut, names);
    List<Example> examples = corrected == null ? all : corrected.examples();
    List<Integer> lines =
        corrected == null ? allLines : corrected.places().stream().map(allLines::get).toList();
    names.addAll(labelsOf(examples));
    Map<Integer, String> broken = withoutImages ? Map.of() : broken(examples);

    Failures failures = new Failures();
    if (conflicting != ProblemPolicy.SKIP) {
      failures.add(
          conflicts,
          path
              + ": "
              + Problems.count(conflicts.size(), "id has", "ids have")
              + " more than one breed; correct the rows, or leave them out with"
              + " .conflictingLabels(ProblemPolicy.SKIP)");
    }
    if (folder != null && missing != ProblemPolicy.SKIP) {
      failures.add(absent, missingMessage(absentIds, candidates.size(), root, folder));
    }
    if (unreadable != ProblemPolicy.SKIP) {
      List<String> problems = new ArrayList<>();
      broken.forEach(
          (i, problem) ->
              problems.add(
                  "line " + lines.get(i) + ": " + examples.get(i).image() + ": " + problem));
      failures.add(problems, unreadableMessage(problems.size(), examples.size()));
    }
    failures.throwIfAny();

    List<String> notes = new ArrayList<>();
    if (withoutImages) {
      notes.add("images were not looked for");
    }
    if (severalImages > 0) {
      notes.add(
          Problems.count(severalImages, "id has", "ids have")
              + " several images; the first of "
              + ImageFiles.SUFFIXES_IN_WORDS
              + " was taken");
    }
    note(
        notes, table.unlabelled(), "row without a breed, skipped", "rows without a breed, skipped");
    note(
        notes,
        restored,
        "id was changed by a spreadsheet, and its image found all the same",
        "ids were changed by a spreadsheet, and their images found all the same");
    if (folder != null) {
      noteIllegible(notes, folder.illegibleNames());
    }
    if (withoutImages) {
      note(
          notes,
          examples.stream().map(Example::id).filter(SpreadsheetIds::isRounded).toList(),
          "id is a number that a spreadsheet has rounded",
          "ids are numbers that a spreadsheet has rounded");
    }
    Labels labels = Labels.sorted(names);
    ReadingReport reading =
        new ReadingReport(
            table.rows().size(),
            "rows in " + path.getFileName(),
            folder != null,
            folder != null,
            duplicates,
            conflictingIds,
            absentIds,
            unreadable(examples, broken),
            folder == null ? List.of() : folder.unclaimed(),
            similar(labels),
            notes,
            leftOut(folder, table.unlabelled()),
            corrected);
    return dataset(examples, broken, labels, reading, true);
  }

  private static List<String> leftOut(@Nullable ImageFolder folder, List<String> unlabelled) {
    List<String> notices = new ArrayList<>();
    note(notices, unlabelled, "row without a breed, skipped", "rows without a breed, skipped");
    if (folder != null) {
      noteIllegible(notices, folder.illegibleNames());
    }
    return notices;
  }

  private static String conflict(Candidate candidate) {
    List<String> said = new ArrayList<>();
    Set<String> labels = new HashSet<>();
    for (LabelTable.Row row : candidate.rows()) {
      if (labels.add(row.label())) {
        said.add("'" + row.label() + "' (line " + row.line() + ")");
      }
    }
    return "id '"
        + candidate.id()
        + "': "
        + String.join(", ", said)
        + (SpreadsheetIds.isRounded(candidate.id())
            ? "; a spreadsheet has rounded the number, so these may be different ids"
            : "");
  }

  private static String absence(LabelTable.Row row, ImageFolder folder, boolean look) {
    String absence = "line " + row.line() + ": no image for the id '" + row.id() + "'";
    boolean rounded = SpreadsheetIds.isRounded(row.id());
    if (rounded) {
      absence += ", a number that a spreadsheet has rounded";
    }
    Optional<String> notRead = look ? folder.notRead(row.id()) : Optional.empty();
    if (notRead.isPresent()) {
      return absence + "; " + notRead.get();
    }
    List<String> close = look ? folder.close(row.id()) : List.of();
    return close.isEmpty()
        ? absence
        : absence + (rounded ? "; it may have been " : "; close ones: ") + Excerpt.names(close);
  }

  private String missingMessage(List<String> absent, int all, Path root, ImageFolder folder) {
    String message =
        String.format(
            Locale.ROOT,
            "%s: %,d of %,d ids have no image in %s (named <id>%s)",
            path,
            absent.size(),
            all,
            root,
            ImageFiles.SUFFIXES_IN_WORDS);
    List<String> illegible = folder.illegibleNames();
    if (!illegible.isEmpty()) {
      message +=
          "; "
              + illegible(illegible)
              + (illegible.size() == 1
                  ? " was ignored, rename it: "
                  : " were ignored, rename them: ")
              + Excerpt.names(illegible);
    }
    long rounded = absent.stream().filter(SpreadsheetIds::isRounded).count();
    if (rounded > 0) {
      message +=
          String.format(
              Locale.ROOT,
              "; %,d of them %s rounded by a spreadsheet, whose digits are lost: write the table"
                  + " again with its ids as text",
              rounded,
              rounded == 1 ? "was" : "were");
      return message + ", or leave the rows out with .missingImages(ProblemPolicy.SKIP)";
    }
    Optional<String> prefix = absent.isEmpty() ? Optional.empty() : folder.surplusFolder(absent);
    if (prefix.isPresent()) {
      return String.format(
          Locale.ROOT,
          "%s; without \"%s\" before them, %s there: %s",
          message,
          Excerpt.of(prefix.get()),
          absent.size() == 1 ? "it is" : "they are",
          folder
              .above(prefix.get())
              .map(above -> "name the folder above, with .images(Path.of(\"" + above + "\"))")
              .orElse("take it off the ids"));
    }
    if (absent.size() == all) {
      boolean noImage = folder.imageCount() == 0;
      Optional<String> below = folder.folderBelow(absent.get(0));
      if (below.isPresent()) {
        return String.format(
            Locale.ROOT,
            "%s; the image of '%s' is in the folder %s below: name that with .images(folder), or"
                + " the folder in the ids (%s/%s)",
            message,
            absent.get(0),
            below.get(),
            below.get(),
            absent.get(0));
      }
      message += noImage ? "; there is no image in that folder" : "; none fits the ids";
      return message
          + (images == null
              ? "; name the folder of images with .images(folder), or call .withoutImages()"
              : "; is it the right folder?");
    }
    return message + "; add them, or leave the rows out with .missingImages(ProblemPolicy.SKIP)";
  }

  private static String unreadableMessage(int broken, int all) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d images cannot be read; replace them, or leave them out with"
            + " .unreadableImages(ProblemPolicy.SKIP)",
        broken,
        all);
  }

  private Dataset folders() {
    checkFolder("one folder a breed");
    List<Example> examples = new ArrayList<>();
    List<String> loose = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    List<String> vanished = new ArrayList<>();
    NotRead notRead = new NotRead();
    List<String> ignored = new ArrayList<>();
    List<String> unusable = new ArrayList<>();
    List<String> systemFolders = ImageFolder.systemFolders(path);
    List<String> illegible = new ArrayList<>(ImageFolder.illegibleNames(path));
    for (String entry : ImageFolder.names(path)) {
      if (systemFolders.contains(entry)) {
        continue;
      }
      Path folder = FileNames.resolve(path, entry);
      if (!Files.isDirectory(folder)) {
        if (ImageFiles.isImage(path, entry)) {
          loose.add(entry);
        }
        continue;
      }
      String label = LabelTable.trim(entry);
      String control = LabelTable.controlCharacter(label);
      label = VisibleText.of(label);
      if (label.isEmpty() || control != null) {
        unusable.add("'" + entry + "' " + (label.isEmpty() ? "is blank" : "holds " + control));
        continue;
      }
      int before = ignored.size();
      List<String> names = images(folder, entry + "/", ignored, notRead);
      List<String> nameless = ImageFolder.illegibleNames(folder);
      nameless.forEach(name -> illegible.add(entry + "/" + name));
      if (names.isEmpty()) {
        empty.add(entry);
        List<String> instead = new ArrayList<>(ignored.subList(before, ignored.size()));
        nameless.forEach(name -> instead.add(entry + "/" + name));
        if (!instead.isEmpty()) {
          vanished.add(
              entry
                  + " ("
                  + Problems.count(instead.size(), "file or folder", "files or folders")
                  + " such as "
                  + Excerpt.of(instead.get(0))
                  + ")");
        }
      }
      List<String> ids = ids(names);
      for (int i = 0; i < names.size(); i++) {
        examples.add(
            new Example(entry + "/" + ids.get(i), FileNames.resolve(folder, names.get(i)), label));
      }
    }
    if (!unusable.isEmpty()) {
      throw new DatasetException(
          path + ": folders whose names cannot be labels; rename them:" + Problems.lines(unusable),
          unusable,
          null);
    }
    if (examples.isEmpty()) {
      throw new DatasetException(
          path
              + " holds no folder with images (.jpg and the like); expected one folder a breed"
              + (loose.isEmpty()
                  ? ""
                  : ". It holds "
                      + Problems.count(loose.size(), "image", "images")
                      + " itself: for images without labels use DatasetBuilder.fromImages")
              + notRead.inWords());
    }
    List<String> notes = new ArrayList<>();
    noteIllegible(notes, illegible);
    note(
        notes,
        loose,
        "image in no breed's folder, ignored",
        "images in no breed's folder, ignored");
    note(
        notes,
        systemFolders,
        "folder that is no breed, ignored",
        "folders that are no breeds, ignored");
    note(notes, empty, "folder without images, ignored", "folders without images, ignored");
    note(notes, ignored, "other file or folder, ignored", "other files or folders, ignored");
    List<String> notices = new ArrayList<>();
    note(
        notices,
        vanished,
        "folder holds no photograph that is read, so that its breed is left out",
        "folders hold no photograph that is read, so that their breeds are left out");
    notices.addAll(notRead.notices());
    noteIllegible(notices, illegible);
    return fromFiles(examples, notes, notices, true);
  }

  private Dataset images() {
    checkFolder("images");
    List<String> ignored = new ArrayList<>();
    NotRead notRead = new NotRead();
    List<String> names = images(path, "", ignored, notRead);
    List<String> illegible = ImageFolder.illegibleNames(path);
    if (names.isEmpty()) {
      List<String> content = new ArrayList<>();
      if (!ignored.isEmpty()) {
        content.add(Excerpt.names(ignored));
      }
      if (!illegible.isEmpty()) {
        content.add(illegible(illegible) + ": " + Excerpt.names(illegible));
      }
      throw new DatasetException(
          path
              + " holds no image ("
              + ImageFiles.SUFFIXES_IN_WORDS
              + ")"
              + (content.isEmpty() ? "; it is empty" : "; it holds " + String.join("; ", content))
              + notRead.inWords());
    }
    List<String> ids = ids(names);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      examples.add(new Example(ids.get(i), FileNames.resolve(path, names.get(i)), null));
    }
    List<String> notes = new ArrayList<>();
    noteIllegible(notes, illegible);
    note(notes, ignored, "other file or folder, ignored", "other files or folders, ignored");
    boolean lookedAt = verify || unreadable != null;
    List<String> notices = new ArrayList<>(notRead.notices());
    noteIllegible(notices, illegible);
    return fromFiles(examples, notes, notices, lookedAt);
  }

  private void checkFolder(String content) {
    if (!Files.exists(path)) {
      throw new DatasetException("there is no folder " + path.toAbsolutePath());
    }
    if (!Files.isDirectory(path)) {
      throw new DatasetException(path + " is not a folder; expected a folder of " + content);
    }
  }

  /** Photographs that are none to us, by what is in their way. */
  private static final class NotRead {
    private final Map<String, List<String>> names = new LinkedHashMap<>();

    void add(String name, String problem) {
      names.computeIfAbsent(problem, key -> new ArrayList<>()).add(name);
    }

    List<String> notices() {
      List<String> notices = new ArrayList<>();
      names.forEach(
          (problem, these) ->
              notices.add(
                  Problems.count(these.size(), "photograph is", "photographs are")
                      + " left out ("
                      + Excerpt.names(these)
                      + "): "
                      + (these.size() == 1 ? "it is " : "each is ")
                      + problem));
      return notices;
    }

    /** For the end of a message. */
    String inWords() {
      return names.isEmpty() ? "" : ". " + String.join(". ", notices());
    }
  }

  private static List<String> images(
      Path folder, String prefix, List<String> ignored, NotRead notRead) {
    List<String> names = new ArrayList<>();
    Map<String, String> others = new LinkedHashMap<>();
    for (String name : ImageFolder.names(folder)) {
      if (ImageFiles.isImage(folder, name)
          && Files.isRegularFile(FileNames.resolve(folder, name))) {
        names.add(name);
      } else {
        ignored.add(prefix + name);
        String problem = ImageFiles.notRead(folder, name);
        if (problem != null) {
          others.put(name, problem);
        }
      }
    }
    // A camera's raw photograph lies beside the same one as JPEG.
    Set<String> read = new HashSet<>(names.stream().map(ImageFiles::stem).toList());
    others.forEach(
        (name, problem) -> {
          if (!read.contains(ImageFiles.stem(name))) {
            notRead.add(prefix + name, problem);
          }
        });
    return names;
  }

  /** Names without suffix where that tells them apart, and names as they are elsewhere. */
  private static List<String> ids(List<String> names) {
    List<String> ids = new ArrayList<>(names.stream().map(ImageFiles::stem).toList());
    // Whole names differ from each other, so each round settles at least one id.
    for (boolean changed = true; changed; ) {
      changed = false;
      Map<String, List<Integer>> places = new LinkedHashMap<>();
      for (int i = 0; i < ids.size(); i++) {
        places.computeIfAbsent(ids.get(i), id -> new ArrayList<>()).add(i);
      }
      for (Map.Entry<String, List<Integer>> entry : places.entrySet()) {
        for (int i : entry.getValue()) {
          if ((entry.getValue().size() > 1 || entry.getKey().isBlank())
              && !ids.get(i).equals(names.get(i))) {
            ids.set(i, names.get(i));
            changed = true;
          }
        }
      }
    }
    return ids;
  }

  private static String illegible(List<String> names) {
    return Problems.count(
        names.size(),
        "file or folder whose name is not UTF-8",
        "files or folders whose names are not UTF-8");
  }

  private static void noteIllegible(List<String> notes, List<String> names) {
    if (!names.isEmpty()) {
      notes.add(
          illegible(names)
              + (names.size() == 1 ? ", ignored; rename it: " : ", ignored; rename them: ")
              + Excerpt.names(names));
    }
  }

  private static void note(List<String> notes, List<String> names, String one, String several) {
    if (!names.isEmpty()) {
      notes.add(Problems.count(names.size(), one, several) + ": " + Excerpt.names(names));
    }
  }

  private Dataset fromFiles(
      List<Example> all, List<String> notes, List<String> notices, boolean lookedAt) {
    @Nullable CorrectedExamples corrected = corrected(all, List.of(), List.of());
    List<Example> examples = corrected == null ? all : corrected.examples();
    List<String> names = labelsOf(examples);
    Labels labels = names.isEmpty() ? Labels.none() : Labels.sorted(names);
    Map<Integer, String> broken = lookedAt ? broken(examples) : Map.of();
    if (unreadable != ProblemPolicy.SKIP) {
      List<String> problems = new ArrayList<>();
      broken.forEach((i, problem) -> problems.add(examples.get(i).image() + ": " + problem));
      Failures failures = new Failures();
      failures.add(problems, unreadableMessage(problems.size(), examples.size()));
      failures.throwIfAny();
    }
    ReadingReport reading =
        new ReadingReport(
            all.size(),
            "image files in " + path.getFileName(),
            false,
            true,
            List.of(),
            List.of(),
            List.of(),
            unreadable(examples, broken),
            List.of(),
            similar(labels),
            notes,
            notices,
            corrected);
    return dataset(examples, broken, labels, reading, false);
  }

  private Dataset sources() {
    if (given.isEmpty()) {
      throw new DatasetException("there are no examples: fromSources was given none");
    }
    List<String> unlabelled =
        given.stream().filter(example -> example.label() == null).map(Example::id).toList();
    if (!unlabelled.isEmpty() && unlabelled.size() < given.size()) {
      throw new DatasetException(
          Problems.count(unlabelled.size(), "example has", "examples have")
              + " no label and the others have one; label all or none: "
              + Excerpt.names(unlabelled),
          unlabelled,
          null);
    }
    List<Example> all = new ArrayList<>();
    List<String> duplicates = new ArrayList<>();
    List<String> conflicts = new ArrayList<>();
    List<String> conflictingIds = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    DistinctIds ids = new DistinctIds(List.of());
    for (List<Example> same : SamePhotographs.of(given)) {
      Example first = same.get(0);
      List<String> labels =
          same.stream().map(Example::label).filter(Objects::nonNull).distinct().toList();
      if (labels.size() > 1) {
        names.addAll(labels);
        conflictingIds.add(first.id());
        conflicts.add("'" + first.id() + "': '" + String.join("', '", labels) + "'");
        continue;
      }
      same.subList(1, same.size()).forEach(example -> duplicates.add(example.id()));
      all.add(ids.of(first));
    }
    @Nullable CorrectedExamples corrected = corrected(all, conflictingIds, names);
    List<Example> examples = corrected == null ? all : corrected.examples();
    names.addAll(labelsOf(examples));
    Map<Integer, String> broken = broken(examples);
    Failures failures = new Failures();
    if (conflicting != ProblemPolicy.SKIP) {
      failures.add(
          conflicts,
          Problems.count(conflicts.size(), "photograph has", "photographs have")
              + " more than one breed; correct them, or leave them out with"
              + " .conflictingLabels(ProblemPolicy.SKIP)");
    }
    if (unreadable != ProblemPolicy.SKIP) {
      List<String> problems = new ArrayList<>();
      broken.forEach((i, problem) -> problems.add(examples.get(i).image() + ": " + problem));
      failures.add(problems, unreadableMessage(problems.size(), examples.size()));
    }
    failures.throwIfAny();
    Labels labels = names.isEmpty() ? Labels.none() : Labels.sorted(names);
    ReadingReport reading =
        new ReadingReport(
            given.size(),
            "photographs given",
            false,
            true,
            duplicates,
            conflictingIds,
            List.of(),
            unreadable(examples, broken),
            List.of(),
            similar(labels),
            List.of(),
            List.of(),
            corrected);
    return dataset(examples, broken, labels, reading, false);
  }

  private static List<String> labelsOf(List<Example> examples) {
    return examples.stream().map(Example::label).filter(Objects::nonNull).distinct().toList();
  }

  /**
   * The examples as people corrected them, null where nobody did.
   *
   * @param leftOut ids that are known, but of no example
   * @param labels labels that are known, be they of no example
   */
  private @Nullable CorrectedExamples corrected(
      List<Example> examples, Collection<String> leftOut, Collection<String> labels) {
    if (corrections == null) {
      return null;
    }
    Set<String> names = new LinkedHashSet<>(labels);
    names.addAll(labelsOf(examples));
    return new CorrectedExamples(Corrections.read(corrections), examples, leftOut, names);
  }

  /** What is wrong with images, by their place. */
  private Map<Integer, String> broken(List<Example> examples) {
    Map<Integer, String> broken = new TreeMap<>();
    ImageDecoder chosen = decoder == null ? ImageDecoder.standard() : decoder;
    List<String> problems;
    if (verify) {
      problems = InParallel.map(examples, example -> decodingProblem(chosen, example.image()));
    } else if (unreadable == ProblemPolicy.SKIP) {
      problems = InParallel.map(examples, example -> chosen.problem(example.image()).orElse(""));
    } else {
      problems =
          examples.stream()
              .map(example -> chosen.problemAtFirstSight(example.image()).orElse(""))
              .toList();
    }
    for (int i = 0; i < problems.size(); i++) {
      if (!problems.get(i).isEmpty()) {
        broken.put(i, problems.get(i));
      }
    }
    return broken;
  }

  private static String decodingProblem(ImageDecoder decoder, ImageSource image) {
    Optional<String> problem = decoder.problemAtFirstSight(image);
    if (problem.isPresent()) {
      return problem.get();
    }
    try {
      return decoder.decode(image, pixels -> "");
    } catch (UnreadableImageException e) {
      return "does not decode: " + e.problem();
    }
  }

  private static Map<String, String> unreadable(
      List<Example> examples, Map<Integer, String> broken) {
    Map<String, String> byId = new LinkedHashMap<>();
    broken.forEach((i, problem) -> byId.put(examples.get(i).id(), problem));
    return byId;
  }

  /** The example, to be read as was asked for. */
  private Example decoded(Example example) {
    return decoder == null
        ? example
        : new Example(example.id(), example.image().decodedBy(decoder), example.label());
  }

  private Dataset dataset(
      List<Example> examples,
      Map<Integer, String> broken,
      Labels labels,
      ReadingReport reading,
      boolean idsGiven) {
    List<Example> usable =
        IntStream.range(0, examples.size())
            .filter(i -> !broken.containsKey(i))
            .mapToObj(i -> decoded(examples.get(i)))
            .toList();
    if (usable.isEmpty()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "none of the %,d %s can be used: %,d have no image, %,d images cannot be read%s, %,d"
                  + " have contradicting breeds",
              reading.rows(),
              source == Source.SOURCES ? "photographs given" : "rows or images of " + path,
              reading.missing().size(),
              reading.unreadable().size(),
              reading.unreadable().entrySet().stream()
                  .findFirst()
                  .map(first -> " (" + first.getKey() + ": " + first.getValue() + ')')
                  .orElse(""),
              reading.conflicting().size()));
    }
    ReadingReport told = reading.with(leftOut(usable, labels, reading));
    told.notices().forEach(notice -> LOG.warn("{}: {}", readFrom(), notice));
    @Nullable CorrectedExamples corrected = reading.corrected();
    if (corrected != null) {
      LOG.info("{}: {}", corrections, corrected.summary());
    }
    return new Dataset(
        usable,
        labels,
        told,
        idsGiven,
        corrected == null ? Corrections.none() : corrected.applied());
  }

  private String readFrom() {
    return source == Source.SOURCES ? "the photographs given" : path.toString();
  }

  /** What was skipped as was asked for, and would still be missed. */
  private static List<String> leftOut(List<Example> usable, Labels labels, ReadingReport reading) {
    List<String> notices = new ArrayList<>();
    note(
        notices,
        reading.missing(),
        "row has no image and is left out",
        "rows have no image and are left out");
    note(
        notices,
        reading.conflicting(),
        "photograph has more than one breed and is left out",
        "photographs have more than one breed and are left out");
    note(
        notices,
        reading.unreadable().entrySet().stream()
            .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
            .toList(),
        "image can't be read and is left out",
        "images can't be read and are left out");
    Set<String> lost = new LinkedHashSet<>(labels.names());
    usable.forEach(example -> lost.remove(Objects.toString(example.label())));
    note(
        notices,
        List.copyOf(lost),
        "breed has lost all its photographs",
        "breeds have lost all their photographs");
    if (reading.corrected() != null) {
      note(
          notices,
          reading.corrected().emptied().stream().filter(name -> !labels.contains(name)).toList(),
          "breed was corrected away, with all its photographs, and is no label any more",
          "breeds were corrected away, with all their photographs, and are no labels any more");
    }
    return notices;
  }

  /** Labels that are the same but for case, spaces and punctuation. */
  private static List<List<String>> similar(Labels labels) {
    Map<String, List<String>> byBareName = new LinkedHashMap<>();
    for (String name : labels.names()) {
      byBareName.computeIfAbsent(CloseNames.bare(name), bare -> new ArrayList<>()).add(name);
    }
    return byBareName.values().stream()
        .filter(group -> group.size() > 1)
        .map(List::copyOf)
        .collect(ImmutableList.toImmutableList());
  }

  /** Failures of several kinds, told at once. */
  private static final class Failures {
    private final List<String> messages = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    void add(List<String> found, String headline) {
      if (!found.isEmpty()) {
        messages.add(headline + ":" + Problems.lines(found));
        problems.addAll(found);
      }
    }

    void throwIfAny() {
      if (!messages.isEmpty()) {
        throw new DatasetException(String.join("\n", messages), problems, null);
      }
    }
  }
}
