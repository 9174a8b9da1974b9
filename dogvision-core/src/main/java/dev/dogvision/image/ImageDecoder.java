package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.DogVisionException;
import dev.dogvision.spi.JpegDecoder;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.imageio.IIOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.spi.ImageReaderSpi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pictures: JPEG (baseline, progressive, grey, CMYK and YCCK), PNG, GIF (its first frame),
 * BMP and WebP. The content decides the format, not the name.
 *
 * <p>The result is upright, as EXIF says how the camera was held; its colours are sRGB; what is
 * transparent lies over white.
 *
 * <p>A file that is cut short is refused, since half a picture would quietly spoil a training set
 * or a prediction: one that ends before its picture does, or whose end marker is missing, as after
 * a download that was broken off, filled up with zeros or not. So is one whose pixels are damaged,
 * as far as that can be told: JPEG has no checksums. What does no harm to the pixels is let pass:
 * anything that follows them, and broken metadata or colour profiles. {@link
 * #readsCutPictures(boolean)} is for those who want what there is of a picture.
 *
 * <p>It is safe to give it pictures of strangers. What a file asks for is counted before any pixel
 * is decoded: pixels, and the work that they are, against {@link #maximumPixels}; scans, segments
 * and chunks against what cameras and editors write; and memory against {@link DecodingMemory}, one
 * budget for all threads. An interrupt ends a decode, or its wait for memory, with a {@link
 * DogVisionException}; the thread stays interrupted.
 *
 * <p>Where a picture is asked for as a network takes it, a large JPEG is decoded at a reduced
 * scale. Plain JPEGs are decoded by {@code dogvision-turbo} where it is on the class path, or any
 * other {@link JpegDecoder}. What is read and what is refused stays the same in both cases.
 *
 * <p>Immutable, and safe to use from any number of threads. Global settings of {@code ImageIO} are
 * neither used nor changed, and no temporary file is written.
 */
public final class ImageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(ImageDecoder.class);

  private static final long DEFAULT_MAXIMUM_PIXELS = 100_000_000;
  private static final String EMPTY = "empty, 0 bytes";

  /** Warnings tell little after the first few, and a damaged file may give thousands. */
  private static final int MOST_WARNINGS = 100;

  /** Pixels that are decoded whatever they are, unless somebody made them to take long. */
  private static final long SMALL = 10_000;

  private static final double MOST_WORK_OF_SMALL = 10_000_000;

  /** As many first bytes as any format's signature needs. */
  private static final int FIRST_SIGHT = 64;

  /** What is taken for a decode besides its pixels. */
  private static final long OVERHEAD = 1 << 20;

  /** What a thread may allocate beyond what it is expected to keep, for what it drops at once. */
  private static final long SLACK = 4 << 20;

  private static final int SLACK_PER_BYTE = 4;

  /** What another reader may take where Java's own gave up. */
  private static final double BYTES_PER_PIXEL_OF_OTHERS = 8;

  private static final int BYTES_PER_PIXEL = 3;

  /** From which reduction on our own decoder is faster than one in native code. */
  private static final int OWN_REDUCTION = 4;

  /** Of a JPEG at half of its scale. */
  private static final int MOST_ROWS_OF_UNIT = 16;

  private static final int MOST_PIXELS_IN_AN_ARRAY = (Integer.MAX_VALUE - 8) / BYTES_PER_PIXEL;

  /** Set in threads that hold memory, which must not wait for more. */
  private static final ThreadLocal<Boolean> DECODING = new ThreadLocal<>();

  private static final ImageDecoder STANDARD =
      new ImageDecoder(DEFAULT_MAXIMUM_PIXELS, false, false, null);

  private static final ComponentColorModel SRGB =
      new ComponentColorModel(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          false,
          false,
          ComponentColorModel.OPAQUE,
          DataBuffer.TYPE_BYTE);

  private static final String HOW_TO_ALLOW_MORE =
      "To read more, give ImageDecoder.standard().maximumPixels(...) to DatasetBuilder.decoder or"
          + " Predictor.builder(...).decoder";

  private final long maximumPixels;
  private final boolean readsCutPictures;
  private final boolean javaOnly;

  /** Used in place of the one that is found as a service; null for that. */
  private final @Nullable JpegDecoder jpegDecoder;

  private ImageDecoder(
      long maximumPixels,
      boolean readsCutPictures,
      boolean javaOnly,
      @Nullable JpegDecoder jpegDecoder) {
    this.maximumPixels = maximumPixels;
    this.readsCutPictures = readsCutPictures;
    this.javaOnly = javaOnly;
    this.jpegDecoder = jpegDecoder;
  }

  /**
   * The decoder with its default settings.
   *
   * @return always the same
   */
  public static ImageDecoder standard() {
    return STANDARD;
  }

  /**
   * A decoder with another limit. A picture whose header promises more pixels is refused before any
   * memory is spent on it. So is one that would take longer to decode than a plain JPEG of that
   * many pixels: a pixel of a progressive JPEG counts several times, by the number of its scans, as
   * does one of a JPEG or GIF that hardly compresses; one of a PNG 1 to 10 times, of a lossless
   * WebP 5 times, of a lossy WebP 25 times.
   *
   * @param pixels width times height, positive; 100 million unless set, which takes about 2 seconds
   * @return the changed decoder
   * @throws IllegalArgumentException if it is not positive
   */
  public ImageDecoder maximumPixels(long pixels) {
    checkArgument(pixels > 0, "maximumPixels must be positive, got %s", pixels);
    return new ImageDecoder(pixels, readsCutPictures, javaOnly, jpegDecoder);
  }

  /**
   * The limit.
   *
   * @return the most pixels that a picture may have
   */
  public long maximumPixels() {
    return maximumPixels;
  }

  /**
   * A decoder that reads what there is of pictures that are cut short, or one that refuses them.
   * What is missing is grey, black or white, as its format has it.
   *
   * @param read whether to read them; refused unless set
   * @return the changed decoder
   */
  public ImageDecoder readsCutPictures(boolean read) {
    return new ImageDecoder(maximumPixels, read, javaOnly, jpegDecoder);
  }

  /**
   * Whether it reads what there is of pictures that are cut short.
   *
   * @return false unless set
   */
  public boolean readsCutPictures() {
    return readsCutPictures;
  }

  /**
   * A decoder that reads JPEGs by Java's own reader, in full whatever is made of them and whatever
   * the class path offers, or one that reads them faster where it can.
   *
   * @param only whether to read them by nothing else; anything is used unless set
   * @return the changed decoder
   */
  public ImageDecoder javaOnly(boolean only) {
    return new ImageDecoder(maximumPixels, readsCutPictures, only, jpegDecoder);
  }

  /**
   * Whether it reads JPEGs by nothing but Java's own reader.
   *
   * @return false unless set
   */
  public boolean javaOnly() {
    return javaOnly;
  }

  /** A decoder with a loaded decoder for JPEG in place of the one that is found as a service. */
  ImageDecoder jpegDecoder(JpegDecoder decoder) {
    return new ImageDecoder(maximumPixels, readsCutPictures, javaOnly, decoder);
  }

  private @Nullable JpegDecoder fastJpeg() {
    if (javaOnly) {
      return null;
    }
    return jpegDecoder != null ? jpegDecoder : JpegDecoders.usable();
  }

  /**
   * Reads a picture, wherever it is; one that has a decoder of its own, see {@link
   * ImageSource#decodedBy}, by that.
   *
   * @param source the picture
   * @return the picture, upright; pixels that are there already are given as they are
   * @throws UnreadableImageException if there is nothing that can be read as a picture, or the
   *     pixels are more than allowed
   * @throws DogVisionException if the thread is interrupted; its interrupt flag stays set
   */
  public RgbImage decode(ImageSource source) {
    return decode(source, Function.identity());
  }

  /**
   * Reads a picture of which a network is to see what its preprocessing makes of it. A large JPEG
   * may come at a half, a quarter or an eighth of its width and height, still with twice as many
   * pixels to each side as the network sees. That takes less time, and moves what the network sees
   * by about one level of 255.
   *
   * @param source the picture
   * @param wanted what will be made of it
   * @return the picture, upright, to be given to {@link Preprocessing#apply(RgbImage)}; pixels that
   *     are there already are given as they are
   * @throws UnreadableImageException if there is nothing that can be read as a picture, or the
   *     pixels are more than allowed
   * @throws DogVisionException if the thread is interrupted; its interrupt flag stays set
   */
  public RgbImage decode(ImageSource source, Preprocessing wanted) {
    return decode(source, wanted, Function.identity());
  }

  /**
   * As {@link #decode(ImageSource, Preprocessing)}, and makes something smaller of it as {@link
   * #decode(ImageSource, Function)} does.
   *
   * @param source the picture
   * @param wanted what will be made of it
   * @param use makes something of it, in this thread; decodes no other picture
   * @param <T> what it makes
   * @return what it made
   * @throws UnreadableImageException if there is nothing that can be read as a picture, or the
   *     pixels are more than allowed
   * @throws DogVisionException if the thread is interrupted; its interrupt flag stays set
   */
  public <T> T decode(
      ImageSource source, Preprocessing wanted, Function<? super RgbImage, ? extends T> use) {
    return decode(source, content -> {}, wanted, use);
  }

  /**
   * Reads a picture and makes something smaller of it. The picture counts as memory of {@link
   * DecodingMemory} until that is done, where a picture that is given away counts no more.
   *
   * @param source the picture
   * @param use makes something of it, in this thread; decodes no other picture
   * @param <T> what it makes
   * @return what it made
   * @throws UnreadableImageException if there is nothing that can be read as a picture, or the
   *     pixels are more than allowed
   * @throws DogVisionException if the thread is interrupted; its interrupt flag stays set
   */
  public <T> T decode(ImageSource source, Function<? super RgbImage, ? extends T> use) {
    return decode(source, content -> {}, null, use);
  }

  /**
   * As {@link #decode(ImageSource, Function)}, with the hash of the picture's content, for which it
   * is read only once.
   *
   * @param source the picture
   * @param hash gets {@link ImageSource#contentHash()} before anything is decoded, also of what
   *     can't be decoded
   * @param use makes something of it, in this thread; decodes no other picture
   * @param <T> what it makes
   * @return what it made
   * @throws UnreadableImageException if there is nothing that can be read as a picture, or the
   *     pixels are more than allowed
   * @throws DogVisionException if the thread is interrupted; its interrupt flag stays set
   */
  public <T> T decodeHashed(
      ImageSource source, Consumer<String> hash, Function<? super RgbImage, ? extends T> use) {
    return hashed(source, hash, null, use);
  }

  /**
   * As {@link #decode(ImageSource, Preprocessing, Function)}, with the hash of the picture's
   * content as {@link #decodeHashed(ImageSource, Consumer, Function)} gives it.
   *
   * @param source the picture
   * @param hash gets {@link ImageSource#contentHash()} before anything is decoded, also of what
   *     can't be decoded
   * @param wanted what will be made of it
   * @param use makes something of it, in this thread; decodes no other picture
   * @param <T> what it makes
   * @return what it made
   * @throws UnreadableImageException if there is nothing that can be read as a picture, or the
   *     pixels are more than allowed
   * @throws DogVisionException if the thread is interrupted; its interrupt flag stays set
   */
  public <T> T decodeHashed(
      ImageSource source,
      Consumer<String> hash,
      Preprocessing wanted,
      Function<? super RgbImage, ? extends T> use) {
    return hashed(source, hash, wanted, use);
  }

  private <T> T hashed(
      ImageSource source,
      Consumer<String> hash,
      @Nullable Preprocessing wanted,
      Function<? super RgbImage, ? extends T> use) {
    if (source.pixels() != null) {
      hash.accept(source.contentHash());
      return decode(source, use);
    }
    Function<byte[], String> hasher = source.hasher();
    return decode(source, content -> hash.accept(hasher.apply(content)), wanted, use);
  }

  private <T> T decode(
      ImageSource source,
      Consumer<byte[]> hash,
      @Nullable Preprocessing wanted,
      Function<? super RgbImage, ? extends T> use) {
    ImageDecoder own = source.decoder();
    if (own != null && own != this) {
      return own.decode(source, hash, wanted, use);
    }
    RgbImage pixels = source.pixels();
    if (pixels != null) {
      if ((long) pixels.width() * pixels.height() > maximumPixels) {
        throw new UnreadableImageException(
            source.name(),
            String.format(
                Locale.ROOT,
                "%d x %d pixels; at most %d are read. %s",
                pixels.width(),
                pixels.height(),
                maximumPixels,
                HOW_TO_ALLOW_MORE),
            null);
      }
      return use.apply(pixels);
    }
    return withContent(
        source,
        content -> {
          hash.accept(content);
          return decode(content, source.name(), wanted, use);
        });
  }

  private static <T> T withContent(ImageSource source, Function<byte[], T> use) {
    checkNotNested();
    try (FileMemory memory = new FileMemory(DecodingMemory.ofProcess())) {
      return use.apply(content(source, memory));
    }
  }

  private static byte[] content(ImageSource source, FileMemory memory) {
    try {
      return source.bytes(memory);
    } catch (OutOfMemoryError e) {
      DecodingMemory.Pool pixels = DecodingMemory.ofProcess().pixels();
      DecodingMemory.Share all = take(pixels, pixels.limit(), source.name());
      try {
        return source.bytes(memory);
      } catch (OutOfMemoryError again) {
        throw outOfMemory(source.name(), "a file", again);
      } finally {
        all.close();
      }
    }
  }

  /**
   * Reads a picture from a file.
   *
   * @param path the file
   * @return the picture, upright
   * @throws UnreadableImageException if there is no such file or it can't be read as a picture
   */
  public RgbImage decode(Path path) {
    return decode(ImageSource.of(path));
  }

  /**
   * What is wrong with a picture at first sight: a file that is not there, nothing in it, or first
   * bytes that are of no format that is read. A file costs its first bytes only; a stream or URI is
   * not opened for that, and pixels are always right.
   *
   * @param source the picture
   * @return what is wrong, without the source's name; empty where only decoding can tell
   */
  public Optional<String> problemAtFirstSight(ImageSource source) {
    byte[] start;
    try {
      start = source.firstBytes(FIRST_SIGHT);
    } catch (UnreadableImageException e) {
      return Optional.of(e.problem());
    }
    if (start == null) {
      return Optional.empty();
    }
    if (start.length == 0) {
      return Optional.of(EMPTY);
    }
    return ImageFormat.of(start) == null ? Optional.of(unknownFormat(start)) : Optional.empty();
  }

  /**
   * What a photograph is that is in a format which is not read, such as HEIC, TIFF or a camera's
   * raw one. As for {@link #problemAtFirstSight}, a file's first bytes are looked at.
   *
   * @param source the picture
   * @return what it is and what converts it; empty for what is read here, for what is no
   *     photograph, and where there is nothing to look at
   */
  public Optional<String> formatNotRead(ImageSource source) {
    try {
      byte[] start = source.firstBytes(FIRST_SIGHT);
      return start == null || ImageFormat.of(start) != null
          ? Optional.empty()
          : Optional.ofNullable(ImageFormat.photograph(start));
    } catch (UnreadableImageException e) {
      return Optional.empty();
    }
  }

  /**
   * What keeps a picture from being read, as far as its file tells without any pixel being decoded:
   * what {@link #problemAtFirstSight} finds, a file that ends before its picture does, one that
   * asks for more than is allowed. The whole file is read for that, and a stream or URI opened.
   *
   * @param source the picture
   * @return what is wrong, without the source's name; empty where only decoding can tell
   * @throws DogVisionException if the thread is interrupted; its interrupt flag stays set
   */
  public Optional<String> problem(ImageSource source) {
    ImageDecoder own = source.decoder();
    if (own != null && own != this) {
      return own.problem(source);
    }
    try {
      return source.pixels() != null
          ? decode(source, pixels -> Optional.<String>empty())
          : withContent(source, content -> problem(content, source.name()));
    } catch (UnreadableImageException e) {
      return Optional.of(e.problem());
    }
  }

  private Optional<String> problem(byte[] content, String source) {
    ImageFormat format = format(content, source);
    FileStructure structure = structure(format, content, source);
    long bytes = memory(structure, false);
    DecodingMemory.Pool pixels = DecodingMemory.ofProcess().pixels();
    return bytes > pixels.limit()
        ? Optional.of(tooLarge(bytes, pixels, source, format, structure).problem())
        : Optional.empty();
  }

  /**
   * Reads a picture from memory.
   *
   * @param content a whole file; not changed
   * @param source where it came from, for messages
   * @return the picture, upright
   * @throws UnreadableImageException if it can't be read as a picture
   */
  public RgbImage decode(byte[] content, String source) {
    return decode(content, source, null, Function.identity());
  }

  private <T> T decode(
      byte[] content,
      String source,
      @Nullable Preprocessing wanted,
      Function<? super RgbImage, ? extends T> use) {
    checkNotNested();
    ImageFormat format = format(content, source);
    return read(source, format, structure(format, content, source), wanted, use);
  }

  private static ImageFormat format(byte[] content, String source) {
    ImageSource.checkLength(content, source);
    if (content.length == 0) {
      throw new UnreadableImageException(source, EMPTY, null);
    }
    ImageFormat format = ImageFormat.of(content);
    if (format == null) {
      throw new UnreadableImageException(source, unknownFormat(content), null);
    }
    return format;
  }

  /** The structure of a file that may be read. */
  private FileStructure structure(ImageFormat format, byte[] content, String source) {
    FileStructure structure = FileStructure.of(format, content);
    checkSize(source, format, structure);
    if (structure.damage != null) {
      throw new UnreadableImageException(source, format + ", " + structure.damage, null);
    }
    if (structure.cut && !readsCutPictures) {
      throw new UnreadableImageException(source, format + ", " + structure.cutShort(), null);
    }
    return structure;
  }

  /** Who waits for memory while it holds some may wait for ever. */
  private static void checkNotNested() {
    checkState(
        DECODING.get() == null, "the use of a decoded picture must not decode another picture");
  }

  private static String unknownFormat(byte[] content) {
    return "not JPEG, PNG, GIF, BMP or WebP but " + ImageFormat.describe(content);
  }

  /**
   * One way to read a picture.
   *
   * @param memory the bytes that it takes
   * @param reading gives null where it leaves the picture to the next
   */
  private record Attempt(long memory, Function<Long, @Nullable RgbImage> reading) {}

  private <T> T read(
      String source,
      ImageFormat format,
      FileStructure structure,
      @Nullable Preprocessing wanted,
      Function<? super RgbImage, ? extends T> use) {
    @Nullable UnreadableImageException first = null;
    JpegDecoder fast = format == ImageFormat.JPEG ? fastJpeg() : null;
    List<Attempt> attempts = attempts(source, format, structure, fast, wanted);
    boolean alone = false;
    for (int i = 0; i < attempts.size(); ) {
      long bytes = attempts.get(i).memory();
      DecodingMemory.Share share = takeForPixels(bytes, alone, source, format, structure);
      DECODING.set(true);
      try {
        RgbImage image;
        try {
          RgbImage read = attempts.get(i).reading().apply(bytes);
          if (read == null) {
            i++;
            continue;
          }
          image = upright(read, structure);
        } catch (UnreadableImageException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
          i++;
          continue;
        } catch (OutOfMemoryError e) {
          if (alone) {
            throw outOfMemory(source, format, e);
          }
          alone = true;
          attempts = attempts(source, format, structure, fast, wanted); // those before are used up
          continue;
        }
        return use.apply(image);
      } finally {
        DECODING.remove();
        share.close();
      }
    }
    throw first != null
        ? first
        : new UnreadableImageException(
            source, format + ", for which this Java runtime has no reader", null);
  }

  private List<Attempt> attempts(
      String source,
      ImageFormat format,
      FileStructure structure,
      @Nullable JpegDecoder fast,
      @Nullable Preprocessing wanted) {
    if (structure instanceof WebpStructure webp && webp.isLossless()) {
      return List.of(
          new Attempt(memory(structure, false), bytes -> readLossless(webp, bytes, source)));
    }
    List<Attempt> attempts = new ArrayList<>();
    if (structure instanceof JpegStructure jpeg) {
      addFast(attempts, source, jpeg, fast, wanted);
    }
    boolean other = false;
    for (ImageReaderSpi provider : ImageReaders.of(format, structure)) {
      attempts.add(
          new Attempt(
              memory(structure, other), bytes -> read(provider, bytes, source, format, structure)));
      other = true;
    }
    return attempts;
  }

  private void addFast(
      List<Attempt> attempts,
      String source,
      JpegStructure jpeg,
      @Nullable JpegDecoder fast,
      @Nullable Preprocessing wanted) {
    int reduction = wanted == null ? 1 : wanted.reduction(jpeg.width, jpeg.height);
    boolean offered = fast != null && jpeg.isPlain();
    boolean own = reduction >= (offered ? OWN_REDUCTION : 2) && !javaOnly && jpegDecoder == null;
    long limit = DecodingMemory.ofProcess().pixels().limit();
    if (own && jpeg.isBaseline()) {
      long memory = memoryReduced(jpeg, reduction);
      if (memory <= limit) {
        attempts.add(new Attempt(memory, bytes -> readReduced(jpeg, reduction, bytes, source)));
      }
    }
    if (fast != null && jpeg.isPlain()) {
      long memory = memory(fast, jpeg, reduction);
      boolean gains =
          fast.gains(reduction, divided(jpeg.width, reduction), divided(jpeg.height, reduction));
      if (gains && memory <= limit) {
        attempts.add(new Attempt(memory, bytes -> readFast(fast, jpeg, reduction, source)));
      }
    }
  }

  private RgbImage read(
      ImageReaderSpi provider,
      long bytes,
      String source,
      ImageFormat format,
      FileStructure structure) {
    ImageReader reader;
    try {
      reader = provider.createReaderInstance();
    } catch (IOException e) {
      throw new UnreadableImageException(source, format + " can't be read here", e);
    }
    try {
      return read(reader, bytes, source, format, structure);
    } finally {
      reader.dispose();
    }
  }

  private RgbImage readLossless(WebpStructure webp, long bytes, String source) {
    DecodingGuard guard = guard(webp, bytes);
    try {
      return webp.decode(guard);
    } catch (IOException | RuntimeException e) {
      if (guard.isInterrupted()) {
        throw interrupted(source, e);
      }
      throw damaged(source, ImageFormat.WEBP, e);
    }
  }

  /** What another decoder makes of a plain JPEG; null where it finds anything amiss. */
  private static @Nullable RgbImage readFast(
      JpegDecoder decoder, JpegStructure jpeg, int reduction, String source) {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(source, null);
    }
    int width = divided(jpeg.width, reduction);
    int height = divided(jpeg.height, reduction);
    byte[] rgb = new byte[3 * width * height];
    try {
      decoder.decode(jpeg.bare(), reduction, width, height, rgb);
      jpeg.convert(rgb);
    } catch (IOException | RuntimeException e) {
      LOG.debug("{}: {} left it to Java's reader: {}", source, decoder.name(), e.toString());
      return null;
    } catch (LinkageError e) {
      JpegDecoders.giveUp(decoder, e);
      return null;
    }
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(source, null);
    }
    return new RgbImage(width, height, rgb);
  }

  /** Null where anything is amiss, of which other readers tell. */
  private static @Nullable RgbImage readReduced(
      JpegStructure jpeg, int reduction, long bytes, String source) {
    DecodingGuard guard = guard(jpeg, bytes);
    try {
      RgbImage image = ReducedJpeg.decode(jpeg, reduction, guard);
      jpeg.convert(image.rgb());
      return image;
    } catch (IOException | RuntimeException e) {
      if (guard.isInterrupted()) {
        throw interrupted(source, e);
      }
      LOG.debug("{}: not decoded at reduced scale: {}", source, e.toString());
      return null;
    }
  }

  /** Besides the result there are the scan, made readable, and one row of units. */
  private static long memoryReduced(JpegStructure jpeg, int reduction) {
    boolean turned = Orientation.of(jpeg.content, jpeg) != 1;
    long result =
        (long) BYTES_PER_PIXEL * divided(jpeg.width, reduction) * divided(jpeg.height, reduction);
    long row = (long) BYTES_PER_PIXEL * MOST_ROWS_OF_UNIT * divided(jpeg.width, reduction);
    return OVERHEAD + jpeg.content.length + row + result + (turned ? result : 0);
  }

  private static long memory(JpegDecoder decoder, JpegStructure jpeg, int reduction) {
    int width = divided(jpeg.width, reduction);
    int height = divided(jpeg.height, reduction);
    boolean turned = Orientation.of(jpeg.content, jpeg) != 1;
    double coefficients = (double) jpeg.width * jpeg.height * jpeg.bytesPerPixel;
    long result = (long) BYTES_PER_PIXEL * width * height;
    return OVERHEAD
        + 2L * jpeg.content.length // bare, and once more outside of the heap
        + (long) coefficients
        + result
        + Math.max(decoder.memory(width, height), turned ? result : 0);
  }

  private static int divided(long side, int reduction) {
    return (int) ((side + reduction - 1) / reduction);
  }

  private static DecodingGuard guard(FileStructure structure, long bytes) {
    return new DecodingGuard(bytes + SLACK + (long) SLACK_PER_BYTE * structure.content.length);
  }

  private static UnreadableImageException damaged(
      String source, ImageFormat format, Throwable cause) {
    return new UnreadableImageException(
        source, format + ", damaged: " + reason(cause) + "; fetch it again or leave it out", cause);
  }

  private static UnreadableImageException outOfMemory(
      String source, Object format, OutOfMemoryError cause) {
    return new UnreadableImageException(
        source,
        format + ", which there is not enough memory to read; give Java more (-Xmx)",
        cause);
  }

  private RgbImage upright(RgbImage image, FileStructure structure) {
    RgbImage whole = structure.onCanvas(image);
    return Orientation.upright(whole, Orientation.of(structure.content, structure));
  }

  /** What a picture takes at its peak: what its reader fills, and what is made of it. */
  private static long memory(FileStructure structure, boolean otherReader) {
    double pixels = (double) structure.width * structure.height;
    boolean turned = Orientation.of(structure.content, structure) != 1;
    double more =
        Math.max(
            otherReader ? BYTES_PER_PIXEL_OF_OTHERS : 0,
            Math.max(structure.bytesPerPixel, turned ? BYTES_PER_PIXEL : 0));
    long copy = structure.isCopied() ? structure.content.length : 0;
    return OVERHEAD + copy + (long) (pixels * (BYTES_PER_PIXEL + more));
  }

  /**
   * Takes memory for a decode. It takes all of it after one that ran out of memory although its
   * share was there: a JVM may say so while other decodes are in native code that keeps it from
   * collecting garbage (JDK 17 gives up after trying three times), and alone there are none.
   */
  private static DecodingMemory.Share takeForPixels(
      long bytes, boolean alone, String source, ImageFormat format, FileStructure structure) {
    DecodingMemory.Pool pixels = DecodingMemory.ofProcess().pixels();
    if (bytes > pixels.limit()) {
      throw tooLarge(bytes, pixels, source, format, structure);
    }
    return take(pixels, alone ? pixels.limit() : bytes, source);
  }

  private static UnreadableImageException tooLarge(
      long bytes,
      DecodingMemory.Pool pixels,
      String source,
      ImageFormat format,
      FileStructure structure) {
    return new UnreadableImageException(
        source,
        String.format(
            Locale.ROOT,
            "%s of %d x %d pixels, which takes about %d MB to decode; %d MB is the most that"
                + " decoding may take. %s",
            format,
            structure.width,
            structure.height,
            (bytes >> 20) + 1,
            pixels.limit() >> 20,
            DecodingMemory.HOW_TO_RAISE),
        null);
  }

  private static DecodingMemory.Share take(DecodingMemory.Pool pool, long bytes, String source) {
    try {
      return pool.take(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(source, e);
    }
  }

  private static DogVisionException interrupted(String source, @Nullable Throwable cause) {
    return new DogVisionException(source + ": interrupted while it was read", cause);
  }

  private RgbImage read(
      ImageReader reader, long bytes, String source, ImageFormat format, FileStructure structure) {
    byte[] content = structure.readable();
    DecodingGuard guard = guard(structure, bytes);
    List<String> warnings = new ArrayList<>();
    @Nullable BufferedImage partial = null;
    @Nullable Throwable failure;
    try (ByteArrayImageInputStream stream =
        new ByteArrayImageInputStream(content, guard, structure.piece())) {
      reader.addIIOReadWarningListener(
          (from, warning) -> {
            if (warnings.size() < MOST_WARNINGS) {
              warnings.add(warning);
            }
          });
      reader.addIIOReadProgressListener(new Aborting(reader, guard));
      // Metadata are read elsewhere; in a PNG they may unpack to gigabytes.
      reader.setInput(stream, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      checkAgreement(structure, width, height);
      boolean plainJpeg =
          format == ImageFormat.JPEG && reader.getClass().getName().startsWith("com.sun.imageio.");
      ImageReadParam parameters = reader.getDefaultReadParam();
      if (plainJpeg && (structure.components == 1 || structure.components == 3)) {
        partial = destination(width, height);
        parameters.setDestination(partial);
      } else if (structure.cut) {
        partial = reader.getImageTypes(0).next().createBufferedImage(width, height);
        parameters.setDestination(partial);
      }
      BufferedImage image = reader.read(0, parameters);
      if (guard.isInterrupted()) {
        throw interrupted(source, null);
      }
      if (format == ImageFormat.JPEG && !structure.cut) {
        checkWarnings(source, warnings);
      }
      return rgb(image, format, structure, guard);
    } catch (UnreadableImageException e) {
      throw e;
    } catch (DogVisionException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError | AssertionError e) {
      failure = e;
    }
    if (guard.isInterrupted()) {
      throw interrupted(source, failure);
    }
    if (structure.cut && partial != null) {
      return RasterReader.read(partial, true, false);
    }
    throw damaged(source, format, failure);
  }

  private static RgbImage rgb(
      BufferedImage image, ImageFormat format, FileStructure structure, DecodingGuard guard)
      throws IOException {
    if (structure instanceof PngStructure png) {
      ColorConversion conversion = ColorConversion.of(png);
      if (conversion != null) {
        return RasterReader.read(image, conversion);
      }
    }
    RgbImage rgb = RasterReader.read(image, true, format == ImageFormat.BMP);
    return structure instanceof WebpStructure webp ? webp.overWhite(rgb, guard) : rgb;
  }

  /** Ends a decode between two rows. */
  private static final class Aborting implements IIOReadProgressListener {
    private final ImageReader reader;
    private final DecodingGuard guard;

    Aborting(ImageReader reader, DecodingGuard guard) {
      this.reader = reader;
      this.guard = guard;
    }

    @Override
    public void imageProgress(ImageReader from, float percentage) {
      if (guard.isInterrupted()) {
        reader.abort();
      }
    }

    @Override
    public void sequenceStarted(ImageReader from, int first) {}

    @Override
    public void sequenceComplete(ImageReader from) {}

    @Override
    public void imageStarted(ImageReader from, int index) {}

    @Override
    public void imageComplete(ImageReader from) {}

    @Override
    public void thumbnailStarted(ImageReader from, int index, int thumbnail) {}

    @Override
    public void thumbnailProgress(ImageReader from, float percentage) {}

    @Override
    public void thumbnailComplete(ImageReader from) {}

    @Override
    public void readAborted(ImageReader from) {}
  }

  /** An image whose bytes lie as ours do, which Java's JPEG reader fills without a detour. */
  private static BufferedImage destination(int width, int height) {
    int[] bands = {0, 1, 2};
    return new BufferedImage(
        SRGB,
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_BYTE, width, height, 3 * width, 3, bands, null),
        false,
        null);
  }

  private void checkSize(String source, ImageFormat format, FileStructure structure) {
    long width = structure.width;
    long height = structure.height;
    long pixels = width * height; // each below 2^32, and products beyond 2^63 are negative
    if (pixels < 0 || pixels > maximumPixels || pixels > MOST_PIXELS_IN_AN_ARRAY) {
      throw new UnreadableImageException(
          source,
          String.format(
              Locale.ROOT,
              "%s whose header promises %d x %d pixels; at most %d are read. %s",
              format,
              width,
              height,
              Math.min(maximumPixels, MOST_PIXELS_IN_AN_ARRAY),
              HOW_TO_ALLOW_MORE),
          null);
    }
    double most = Math.max((double) maximumPixels, pixels > SMALL ? 0 : MOST_WORK_OF_SMALL);
    if (pixels * structure.workPerPixel > most) {
      throw new UnreadableImageException(
          source,
          String.format(
              Locale.ROOT,
              "%s of %d x %d pixels in %s, which takes as long as a plain JPEG of %d million; at"
                  + " most %d are read. %s",
              format,
              width,
              height,
              structure.work(),
              (long) (pixels * structure.workPerPixel) / 1_000_000,
              maximumPixels,
              HOW_TO_ALLOW_MORE),
          null);
    }
  }

  /** What was counted and what the reader goes by are one, or the file deceives one of them. */
  private static void checkAgreement(FileStructure structure, int width, int height)
      throws IOException {
    boolean larger = (long) width * height > structure.width * structure.height;
    if (larger) {
      throw new IIOException(
          String.format(
              Locale.ROOT,
              "its parts disagree whether it has %d x %d or %d x %d pixels",
              structure.width,
              structure.height,
              width,
              height));
    }
  }

  /** Tells from what a JPEG reader muttered whether the pixels are all there. */
  private static void checkWarnings(String source, List<String> warnings) {
    for (String warning : warnings) {
      String text = warning.toLowerCase(Locale.ROOT);
      boolean skipped = text.contains("extraneous bytes");
      if (text.startsWith("corrupt jpeg data") && !skipped) {
        throw new UnreadableImageException(
            source, "JPEG, damaged: " + warning + "; fetch it again or leave it out", null);
      }
    }
  }

  private static String reason(Throwable problem) {
    String message = problem.getMessage();
    Throwable cause = problem.getCause();
    if (cause != null && message != null && message.endsWith(": ")) {
      return message + reason(cause); // Java's PNG reader does not say what it caught
    }
    return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
  }

  @Override
  public String toString() {
    return "ImageDecoder[maximumPixels="
        + maximumPixels
        + (readsCutPictures ? ", readsCutPictures" : "")
        + (javaOnly ? ", javaOnly" : "")
        + "]";
  }
}
