package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.dogvision.DogVisionException;
import java.awt.image.BufferedImage;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A picture wherever it is: a name, and a way to its bytes or pixels. A file, bytes in memory, what
 * a database or an object store gives, an upload, or pixels that are decoded already.
 *
 * <pre>{@code
 * ImageSource upload = ImageSource.of("teo.jpg", bytes);
 * ImageSource row = ImageSource.of("dogs/17", () -> store.open("dogs/17"));
 * ImageSource page = ImageSource.of(uri, address -> address.toURL().openStream());
 * }</pre>
 *
 * <p>Nothing is read before it is needed. Streams are opened anew each time, by any thread and by
 * several at once, and are closed here; they are expected to give the same bytes each time. A
 * source of more than 512 MiB is refused, whatever kind it is of, as is one of more than {@link
 * DecodingMemory} has for files; no more than that is read.
 *
 * <p>Immutable, and safe to share among threads. Two sources are equal where their names are and
 * they are the same file, equal bytes, equal pixels, or opened by the same object.
 */
public final class ImageSource {
  private static final int MOST_BYTES = 1 << 29;
  private static final String IN_MEMORY = "picture in memory";

  /** File systems tell times apart that are this far from each other; two seconds on FAT. */
  private static final Duration COARSEST_CLOCK = Duration.ofSeconds(2);

  private static final int BUFFER = 1 << 16;
  private static final int LARGEST_PIECE = 1 << 22;
  private static final byte[] NOTHING = {};

  private final String name;
  private final Content content;
  private final @Nullable ImageSource original;
  private final @Nullable Stamp originalStamp;
  private final @Nullable ImageDecoder decoder;
  private volatile @Nullable Known known;

  /** Opens the place that a URI names. */
  @FunctionalInterface
  public interface Opener {

    /**
     * Opens the bytes, anew at each call.
     *
     * @param uri what to open
     * @return the bytes; closed by the library
     * @throws Exception if that fails, which makes an {@link UnreadableImageException} of it
     */
    InputStream open(URI uri) throws Exception;
  }

  private sealed interface Content {}

  private record FileContent(Path file) implements Content {}

  @SuppressWarnings("ArrayRecordComponent") // compared by its bytes, never handed out
  private record BytesContent(byte[] bytes) implements Content {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof BytesContent that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** Can be read only once, and is its owner's to close. */
  private record StreamContent(InputStream stream, AtomicBoolean opened) implements Content {}

  private record SuppliedContent(Supplier<? extends InputStream> supplier) implements Content {}

  private record UriContent(URI uri, Opener opener) implements Content {}

  private record PixelContent(RgbImage pixels) implements Content {}

  /** What a file looked like from outside; another one's bytes may differ. */
  private record Stamp(long size, FileTime modified, @Nullable Object key) {}

  /** A hash, and the file that it is of; no stamp where nothing changes. */
  private record Known(String hash, @Nullable Stamp stamp) {}

  private ImageSource(String name, Content content) {
    this(name, content, null, null, null);
  }

  private ImageSource(
      String name,
      Content content,
      @Nullable ImageSource original,
      @Nullable Stamp stamp,
      @Nullable ImageDecoder decoder) {
    checkArgument(!name.isBlank(), "the name of a picture must not be blank");
    this.name = name;
    this.content = content;
    this.original = original;
    this.originalStamp = stamp;
    this.decoder = decoder;
  }

  /**
   * A file.
   *
   * @param file need not exist before it is read; the path as given is the name
   * @return the source
   */
  public static ImageSource of(Path file) {
    requireNonNull(file, "file");
    return new ImageSource(file.toString(), new FileContent(file));
  }

  /**
   * Bytes in memory.
   *
   * @param name for messages, tables and reports; not blank
   * @param content a whole JPEG, PNG, GIF, BMP or WebP file; copied
   * @return the source
   */
  public static ImageSource of(String name, byte[] content) {
    return new ImageSource(name, new BytesContent(content.clone()));
  }

  /**
   * Bytes that somebody opens.
   *
   * @param name for messages, tables and reports; not blank
   * @param opener opens a whole JPEG, PNG, GIF, BMP or WebP file, anew at each call, in any thread.
   *     What it throws makes an {@link UnreadableImageException} that names the source
   * @return the source
   */
  public static ImageSource of(String name, Supplier<? extends InputStream> opener) {
    return new ImageSource(name, new SuppliedContent(requireNonNull(opener, "opener")));
  }

  /**
   * A place that somebody opens: nothing here goes to a network by itself.
   *
   * @param uri the place, which is the name as well
   * @param opener opens it, anew at each call, in any thread
   * @return the source
   */
  public static ImageSource of(URI uri, Opener opener) {
    return new ImageSource(uri.toString(), new UriContent(uri, requireNonNull(opener, "opener")));
  }

  /**
   * Pixels.
   *
   * @param image of any type; what is transparent is taken for white. Read now: later changes of
   *     the image make no difference
   * @return the source, called "picture in memory"
   */
  public static ImageSource of(BufferedImage image) {
    return of(IN_MEMORY, image);
  }

  /**
   * Pixels with a name.
   *
   * @param name for messages, tables and reports; not blank
   * @param image of any type; what is transparent is taken for white. Read now: later changes of
   *     the image make no difference
   * @return the source
   */
  public static ImageSource of(String name, BufferedImage image) {
    return of(name, RgbImage.of(image));
  }

  /**
   * Pixels.
   *
   * @param image of any size
   * @return the source, called "picture in memory"
   */
  public static ImageSource of(RgbImage image) {
    return of(IN_MEMORY, image);
  }

  /**
   * Pixels with a name.
   *
   * @param name for messages, tables and reports; not blank
   * @param image of any size
   * @return the source
   */
  public static ImageSource of(String name, RgbImage image) {
    return new ImageSource(name, new PixelContent(requireNonNull(image, "image")));
  }

  /**
   * Reads a stream to its end, now: for what can be opened only once, such as an upload.
   *
   * @param name for messages, tables and reports; not blank
   * @param stream a JPEG, PNG, GIF, BMP or WebP file; not closed
   * @return a source of the bytes read
   * @throws UnreadableImageException if reading fails, or there are more than 512 MiB
   */
  public static ImageSource read(String name, InputStream stream) {
    try (FileMemory memory = new FileMemory(DecodingMemory.ofProcess())) {
      return new ImageSource(name, new BytesContent(bounded(name, stream, memory)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DogVisionException(name + ": interrupted while it was read", e);
    } catch (IOException e) {
      throw new UnreadableImageException(name, "the stream can't be read: " + reason(e), e);
    }
  }

  /**
   * A stream that is read when it is needed, which must be no more than once, in order that it
   * counts as memory of {@link DecodingMemory} and is kept no longer than that: for pictures that
   * are decoded and done with. {@link #read} is for all others.
   *
   * @param name for messages, tables and reports; not blank
   * @param stream a JPEG, PNG, GIF, BMP or WebP file; not closed
   * @return a source that can be opened once
   */
  public static ImageSource once(String name, InputStream stream) {
    return new ImageSource(
        name, new StreamContent(requireNonNull(stream, "stream"), new AtomicBoolean()));
  }

  /**
   * What the picture is called: a file's path, a URI, or as it was named.
   *
   * @return not blank; what {@link UnreadableImageException#source()} says of it
   */
  public String name() {
    return name;
  }

  /**
   * The file that it is.
   *
   * @return empty for what is no file
   */
  public Optional<Path> path() {
    Content from = original == null ? content : original.content;
    return from instanceof FileContent file ? Optional.of(file.file()) : Optional.empty();
  }

  /**
   * This source, to be read by a decoder of its own wherever it comes to: in training, prediction,
   * evaluation and reports alike. It is the same photograph as without.
   *
   * @param ownDecoder for example one that allows more pixels
   * @return the changed copy
   */
  public ImageSource decodedBy(ImageDecoder ownDecoder) {
    ImageSource copy =
        new ImageSource(
            name, content, original, originalStamp, requireNonNull(ownDecoder, "ownDecoder"));
    copy.known = known;
    return copy;
  }

  /** The decoder that it has of its own. */
  @Nullable ImageDecoder decoder() {
    return decoder;
  }

  /**
   * How large the picture is, where that is known without reading it. Two sources of one content
   * have one size.
   *
   * @return the bytes of a file or an array, or three for each pixel; empty for what has to be
   *     opened, or is not there
   */
  public OptionalLong sizeInBytes() {
    if (content instanceof FileContent file) {
      Stamp stamp = stamp(file.file());
      return stamp == null ? OptionalLong.empty() : OptionalLong.of(stamp.size());
    }
    if (content instanceof BytesContent bytes) {
      return OptionalLong.of(bytes.bytes().length);
    }
    return content instanceof PixelContent pixels
        ? OptionalLong.of(3L * pixels.pixels().width() * pixels.pixels().height())
        : OptionalLong.empty();
  }

  /**
   * A name for exactly this content, whatever it is called and wherever it lies: SHA-256 of the
   * bytes. Of pixels it is SHA-256 of their size and values; a picture and its decoded pixels
   * differ.
   *
   * <p>Computed once; a file is read again where its size or time of change has changed since.
   *
   * @return 64 lower-case hexadecimal digits
   * @throws UnreadableImageException if there is nothing that can be read
   */
  public String contentHash() {
    Stamp stamp = content instanceof FileContent file ? stamp(file.file()) : null;
    Known before = known;
    if (before != null && (stamp == null || stamp.equals(before.stamp()))) {
      return before.hash();
    }
    String hash;
    if (content instanceof PixelContent pixels) {
      hash = hash(pixels.pixels());
    } else if (content instanceof BytesContent bytes) {
      hash = Hashing.sha256().hashBytes(bytes.bytes()).toString();
    } else {
      hash = hashOfStream();
    }
    remember(hash, stamp);
    if (original != null) {
      original.remember(hash, originalStamp);
    }
    return hash;
  }

  /**
   * This source with its bytes in memory, so that hashing and decoding it read them from where they
   * are only once.
   *
   * @return a source of the same name and path; this one where nothing is to be read
   * @throws UnreadableImageException if there is nothing that can be read
   */
  public ImageSource loaded() {
    if (content instanceof BytesContent || content instanceof PixelContent) {
      return this;
    }
    Stamp stamp = content instanceof FileContent file ? stamp(file.file()) : null;
    byte[] bytes;
    try (FileMemory memory = new FileMemory(DecodingMemory.ofProcess())) {
      bytes = bytes(memory);
    }
    ImageSource copy = new ImageSource(name, new BytesContent(bytes), this, stamp, decoder);
    Known before = known;
    if (before != null && (stamp == null || stamp.equals(before.stamp()))) {
      copy.known = new Known(before.hash(), null);
    }
    return copy;
  }

  /**
   * Keeps a hash, unless the file is so young that it may be changed once more without a trace in
   * its size and time.
   */
  private void remember(String hash, @Nullable Stamp stamp) {
    if (stamp == null
        || stamp.modified().toInstant().isBefore(Instant.now().minus(COARSEST_CLOCK))) {
      known = new Known(hash, stamp);
    }
  }

  private static String hash(RgbImage pixels) {
    return Hashing.sha256()
        .newHasher()
        .putString("dogvision-pixels-1\n", StandardCharsets.US_ASCII)
        .putInt(pixels.width())
        .putInt(pixels.height())
        .putBytes(pixels.rgb())
        .hash()
        .toString();
  }

  private String hashOfStream() {
    try (InputStream stream = open()) {
      Hasher hasher = Hashing.sha256().newHasher();
      byte[] buffer = new byte[BUFFER];
      long total = 0;
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        total += n;
        if (total > MOST_BYTES) {
          throw tooLarge(name);
        }
        hasher.putBytes(buffer, 0, n);
      }
      return hasher.hash().toString();
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw failure(e);
    }
  }

  /** The pixels, where they are there already. */
  @Nullable RgbImage pixels() {
    return content instanceof PixelContent there ? there.pixels() : null;
  }

  /**
   * The bytes of what has no pixels yet.
   *
   * @param memory takes what they take, unless they are in memory already
   */
  byte[] bytes(FileMemory memory) {
    if (content instanceof BytesContent there) {
      return there.bytes();
    }
    try (InputStream stream = open()) {
      if (content instanceof FileContent file) {
        memory.need(Math.min(memory.limit(), Files.size(file.file())));
      }
      return bounded(name, stream, memory);
    } catch (UnreadableImageException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } catch (IOException | RuntimeException e) {
      throw failure(e);
    }
  }

  /** What gives {@link #contentHash()} of bytes that are read after this call. */
  Function<byte[], String> hasher() {
    Stamp stamp = content instanceof FileContent file ? stamp(file.file()) : null;
    return read -> {
      Known before = known;
      if (before != null && (stamp == null || stamp.equals(before.stamp()))) {
        return before.hash();
      }
      String hash = Hashing.sha256().hashBytes(read).toString();
      remember(hash, stamp);
      return hash;
    };
  }

  /**
   * The first bytes, where looking costs little: of a file and of bytes in memory.
   *
   * @return null for a source that would have to be opened, and for pixels
   */
  byte @Nullable [] firstBytes(int count) {
    if (content instanceof BytesContent there) {
      return Arrays.copyOf(there.bytes(), Math.min(count, there.bytes().length));
    }
    if (!(content instanceof FileContent)) {
      return null;
    }
    try (InputStream stream = open()) {
      return stream.readNBytes(count);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private InputStream open() {
    @Nullable InputStream stream;
    try {
      if (content instanceof FileContent file) {
        checkFile(file.file());
        stream = Files.newInputStream(file.file());
      } else if (content instanceof SuppliedContent supplied) {
        stream = supplied.supplier().get();
      } else if (content instanceof StreamContent single) {
        stream = opened(single);
      } else if (content instanceof UriContent place) {
        stream = place.opener().open(place.uri());
      } else {
        throw new IllegalStateException("what is in memory is not opened");
      }
    } catch (UnreadableImageException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DogVisionException(name + ": interrupted while it was opened", e);
    } catch (Exception e) { // whatever the caller's own code throws
      if (isInterruption(e)) {
        throw interrupted(e);
      }
      throw content instanceof FileContent
          ? unreadable(e)
          : new UnreadableImageException(name, "it can't be opened: " + reason(e), e);
    }
    if (stream == null) {
      throw new UnreadableImageException(
          name, "it can't be opened: what opens it gave no stream", null);
    }
    return stream;
  }

  private InputStream opened(StreamContent single) {
    if (single.opened().getAndSet(true)) {
      throw new UnreadableImageException(
          name,
          "the stream was read before; ImageSource.read(name, stream) makes a picture of it that"
              + " can be read again",
          null);
    }
    return new FilterInputStream(single.stream()) {
      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        return in.read(target, offset, length);
      }

      @Override
      public void close() {
        // its owner does
      }
    };
  }

  private void checkFile(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new UnreadableImageException(
          name, attributes.isDirectory() ? "a folder, not a picture" : "not a file", null);
    }
    if (attributes.size() > MOST_BYTES) {
      throw new UnreadableImageException(
          name, "a file of " + attributes.size() + " bytes; pictures may have " + MOST_BYTES, null);
    }
    long limit = DecodingMemory.ofProcess().reserve().limit();
    if (attributes.size() > limit) {
      throw beyondMemory(name, "a file of " + attributes.size() + " bytes", limit);
    }
  }

  /** A picture that can't be read, unless it was the thread that was interrupted. */
  private DogVisionException failure(Exception cause) {
    return isInterruption(cause) ? interrupted(cause) : unreadable(cause);
  }

  private DogVisionException interrupted(Exception cause) {
    return new DogVisionException(name + ": interrupted while it was read", cause);
  }

  private static boolean isInterruption(Exception failure) {
    return Throwables.getCausalChain(failure).stream()
        .anyMatch(
            cause ->
                cause instanceof ClosedByInterruptException
                    || cause instanceof InterruptedException
                    || (cause instanceof InterruptedIOException
                        && !(cause instanceof SocketTimeoutException)));
  }

  private UnreadableImageException unreadable(Exception cause) {
    if (cause instanceof NoSuchFileException) {
      return new UnreadableImageException(name, "there is no such file", cause);
    }
    String what = content instanceof FileContent ? "the file" : "the stream";
    return new UnreadableImageException(name, what + " can't be read: " + reason(cause), cause);
  }

  private static String reason(Throwable problem) {
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
  }

  private static byte[] bounded(String name, InputStream stream, FileMemory memory)
      throws IOException, InterruptedException {
    long limit = Math.min(MOST_BYTES, memory.limit());
    List<byte[]> pieces = new ArrayList<>();
    int total = 0;
    int size = BUFFER;
    while (true) {
      // What was read and is still to be put together, and one byte to see that there is no more
      int piece = (int) Math.min(size, limit - total + 1);
      memory.need(Math.min(limit, (long) total + piece));
      byte[] bytes = stream.readNBytes(piece);
      total += bytes.length;
      if (total > MOST_BYTES) {
        throw tooLarge(name);
      }
      if (total > limit) {
        throw beyondMemory(name, "more than " + limit + " bytes", limit);
      }
      if (bytes.length < piece) {
        return pieces.isEmpty() ? bytes : together(pieces, bytes, total);
      }
      pieces.add(bytes);
      size = Math.min(2 * size, LARGEST_PIECE);
    }
  }

  private static byte[] together(List<byte[]> pieces, byte[] last, int total) {
    byte[] all = new byte[total];
    int at = 0;
    for (int i = 0; i < pieces.size(); i++) {
      byte[] piece = pieces.set(i, NOTHING);
      System.arraycopy(piece, 0, all, at, piece.length);
      at += piece.length;
    }
    System.arraycopy(last, 0, all, at, last.length);
    return all;
  }

  private static UnreadableImageException beyondMemory(String name, String what, long limit) {
    return new UnreadableImageException(
        name,
        String.format(
            Locale.ROOT,
            "%s; of %d MB that decoding may take, %d MB are for one file. %s",
            what,
            DecodingMemory.budget() >> 20,
            limit >> 20,
            DecodingMemory.HOW_TO_RAISE),
        null);
  }

  private static UnreadableImageException tooLarge(String name) {
    return new UnreadableImageException(
        name,
        "more than " + MOST_BYTES + " bytes, which is the most that a picture may have",
        null);
  }

  /** What a file looks like now; null where there is none, which reading will tell. */
  private static @Nullable Stamp stamp(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    } catch (IOException e) {
      return null;
    }
  }

  static void checkLength(byte[] content, String source) {
    if (content.length > MOST_BYTES) {
      throw tooLarge(source);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ImageSource that
        && name.equals(that.name)
        && content.equals(that.content);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /**
   * The source's name.
   *
   * @return {@link #name()}
   */
  @Override
  public String toString() {
    return name;
  }
}
