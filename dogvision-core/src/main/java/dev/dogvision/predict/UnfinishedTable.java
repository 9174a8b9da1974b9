package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Streams;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Example;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.RegularFile;
import dev.dogvision.internal.StrictJson;
import dev.dogvision.internal.WholeFile;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What an unfinished table holds so far, on disk beside the table's place: {@code
 * <name>.unfinished}. Rows are appended in chunks; whatever ends the process, the chunks before the
 * last are good, and the last is good or noticed.
 *
 * <p>The file is a line that names the format, then records: the length of a payload (4 bytes,
 * big-endian), its CRC32C (4 bytes), the payload. The first record is a JSON object of what every
 * row depends on: model, engine, device, precision, batch size. Each other one is a chunk: the
 * length of a JSON object (4 bytes), the object, and the rows as the table will have them. The
 * object tells how many pictures the chunk stands for, which of them were left out, and a hash of
 * their ids and bytes: rows are only used again for the pictures that they were computed from.
 *
 * <p>While it is open it is locked, so that no second process writes the same table.
 */
final class UnfinishedTable implements AutoCloseable {
  private static final byte[] MAGIC =
      "dogvision-unfinished-predictions-2\n".getBytes(StandardCharsets.US_ASCII);
  private static final int RECORD_HEAD = 8;
  private static final String UNREADABLE = "what was left of an interrupted call can't be read";

  /**
   * The files that this process holds, whatever the paths by which they are reached. On POSIX
   * systems a lock belongs to the process, and whoever closes a second channel of a file drops it.
   * So a file that is held is never opened again.
   */
  @GuardedBy("HELD")
  private static final Set<Object> HELD = new HashSet<>();

  /** Channels of files that another class loader's copy of this class holds: never to be closed. */
  @GuardedBy("HELD")
  private static final List<FileChannel> KEPT = new ArrayList<>();

  private final Path file;
  private final Path table;
  private final Held held;
  private final FileChannel channel;
  private final Map<String, String> settings;
  private final List<String> skipped = new ArrayList<>();
  private int done;
  private int rows;
  private @Nullable String notice;

  /** A file that is open and locked. */
  private static final class Held implements AutoCloseable {
    private final Object identity;
    private final FileChannel channel;

    @GuardedBy("HELD")
    private boolean released;

    /**
     * Holds a file.
     *
     * @param identity what tells it from other files
     */
    Held(Object identity, FileChannel channel) {
      this.identity = identity;
      this.channel = channel;
    }

    /** Does nothing the second time, when somebody else may hold a file of that identity. */
    @Override
    public void close() throws IOException {
      synchronized (HELD) {
        if (!released) {
          released = true;
          HELD.remove(identity);
          channel.close();
        }
      }
    }
  }

  /**
   * What is said of a chunk.
   *
   * @param pictures how many it stands for, at least 1
   * @param skipped the ids of those that have no row
   * @param sha256 the hash of their ids and bytes
   */
  private record ChunkHead(int pictures, List<String> skipped, String sha256) {
    ChunkHead {
      checkArgument(pictures > 0 && pictures >= skipped.size(), "pictures: %s", pictures);
      skipped = ImmutableList.copyOf(skipped);
    }

    int rows() {
      return pictures - skipped.size();
    }

    byte[] toJson() {
      JsonObject json = new JsonObject();
      json.addProperty("pictures", pictures);
      JsonArray ids = new JsonArray();
      skipped.forEach(ids::add);
      json.add("skipped", ids);
      json.addProperty("sha256", sha256);
      return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    static ChunkHead parse(String text) {
      JsonObject json = StrictJson.object(text);
      return new ChunkHead(
          json.get("pictures").getAsInt(),
          Streams.stream(json.getAsJsonArray("skipped")).map(JsonElement::getAsString).toList(),
          json.get("sha256").getAsString());
    }
  }

  private UnfinishedTable(Path file, Path table, Held held, Map<String, String> settings) {
    this.file = file;
    this.table = table;
    this.held = held;
    this.channel = held.channel;
    this.settings = settings;
  }

  /**
   * Opens what there is for a table, or begins anew.
   *
   * @param table the place of the finished table
   * @param settings what every row depends on, by name for people
   * @param pictures the pictures, in the table's order
   * @param batchSize a chunk is good to go on after only where a batch ends
   * @param skippingAllowed whether chunks are good in which pictures were left out
   * @throws DogVisionException if the file can't be read or written, or is in use
   */
  static UnfinishedTable open(
      Path table,
      Map<String, String> settings,
      List<Example> pictures,
      int batchSize,
      boolean skippingAllowed) {
    Path place = table.toAbsolutePath();
    Path folder = place.getParent();
    if (folder == null || Files.isDirectory(place)) {
      throw new DogVisionException(table + " can't be written: it is a folder, not a file");
    }
    Path file = place.resolveSibling(place.getFileName() + ".unfinished");
    try {
      Files.createDirectories(folder);
      UnfinishedTable unfinished = new UnfinishedTable(file, table, hold(file, table), settings);
      try {
        unfinished.takeUp(pictures, batchSize, skippingAllowed);
        return unfinished;
      } catch (IOException | RuntimeException | Error e) {
        unfinished.held.close();
        throw e;
      }
    } catch (IOException e) {
      throw failure(table, e);
    }
  }

  private static Held hold(Path file, Path table) throws IOException {
    synchronized (HELD) {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        createNew(file);
      } else if (RegularFile.isSomethingElse(file)) {
        // What a link leads to would be cut off, and a pipe would never answer.
        throw new DogVisionException(
            table + " can't be written: " + file + " is not a file; remove it");
      }
      Object identity = identity(file);
      if (HELD.contains(identity)) {
        throw inUse(file, table);
      }
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      @Nullable FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        KEPT.add(channel);
        throw inUse(file, table);
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        throw e;
      }
      if (lock == null) {
        channel.close(); // another process has it, whose lock stays
        throw inUse(file, table);
      }
      HELD.add(identity);
      return new Held(identity, channel);
    }
  }

  private static void createNew(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // Another process was quicker; the lock decides.
    }
  }

  private static Object identity(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key;
  }

  private static DogVisionException inUse(Path file, Path table) {
    return new DogVisionException(
        table
            + " is being written already: "
            + file
            + " is in use. Wait for that to end, or name another file");
  }

  private static DogVisionException failure(Path table, IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new DogVisionException(
          "the thread that wrote "
              + table
              + " was interrupted; what is done is kept, and the same call goes on from there",
          cause);
    }
    return new DogVisionException(table + " can't be written: " + cause, cause);
  }

  /** A disk that is full or gone, in the middle of the work. */
  private DogVisionException stopped(IOException cause) {
    return cause instanceof ClosedByInterruptException || done == 0
        ? failure(table, cause)
        : new DogVisionException(
            table
                + " can't be written: "
                + cause
                + "; what is done is kept, and the same call goes on from there",
            cause);
  }

  /** How many pictures are done, from the first. */
  int done() {
    return done;
  }

  /** How many of them have a row. */
  int rows() {
    return rows;
  }

  /** The ids of the others. */
  List<String> skipped() {
    return ImmutableList.copyOf(skipped);
  }

  /** Why what was there was not used, or not all of it. */
  Optional<String> notice() {
    return Optional.ofNullable(notice);
  }

  /** Reads what is good of what is there, and cuts off the rest. */
  private void takeUp(List<Example> pictures, int batchSize, boolean skippingAllowed)
      throws IOException {
    long length = channel.size();
    long good = 0;
    if (length > 0) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(channel.position(0)));
      byte[] magic = in.readNBytes(MAGIC.length);
      byte[] head = Arrays.equals(magic, MAGIC) ? readPayload(in, length) : null;
      if (head == null) {
        notice = UNREADABLE;
      } else {
        notice = difference(text(head, 0, head.length));
        if (notice == null) {
          good = (long) MAGIC.length + RECORD_HEAD + head.length;
          good += chunks(in, length, pictures, batchSize, skippingAllowed);
        }
      }
    }
    channel.truncate(good);
    channel.position(good);
    if (good == 0) {
      channel.write(ByteBuffer.wrap(MAGIC));
      JsonObject json = new JsonObject();
      settings.forEach(json::addProperty);
      append(json.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** What differs from the settings of the rows that are there, or null. */
  private @Nullable String difference(String json) {
    JsonObject before;
    try {
      before = StrictJson.object(json);
    } catch (JsonParseException e) {
      return UNREADABLE;
    }
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      if (!new JsonPrimitive(setting.getValue()).equals(before.get(setting.getKey()))) {
        return "the interrupted call had another " + setting.getKey();
      }
    }
    return null;
  }

  /** Reads chunk after chunk for as long as they are whole and of these pictures. */
  private long chunks(
      DataInputStream in,
      long length,
      List<Example> pictures,
      int batchSize,
      boolean skippingAllowed)
      throws IOException {
    long bytes = 0;
    while (done < pictures.size()) {
      byte[] payload = readPayload(in, length);
      ChunkHead head = payload == null ? null : head(payload);
      if (payload == null || head == null) {
        return bytes; // the end, or where the process was killed while it wrote
      }
      int end = done + head.pictures();
      if (end > pictures.size() || (end < pictures.size() && end % batchSize != 0)) {
        notice = othersFrom(pictures.get(done));
        return bytes;
      }
      if (!head.skipped().isEmpty() && !skippingAllowed) {
        notice = "pictures were left out then, from '" + head.skipped().get(0) + "' on";
        return bytes;
      }
      if (!head.sha256().equals(fingerprint(pictures.subList(done, end)))) {
        notice = othersFrom(pictures.get(done));
        return bytes;
      }
      done = end;
      rows += head.rows();
      skipped.addAll(head.skipped());
      bytes += RECORD_HEAD + payload.length;
    }
    return bytes;
  }

  private static String othersFrom(Example picture) {
    return "the pictures have changed, at '" + picture.id() + "' or shortly after";
  }

  /**
   * Appends rows, and forces them to the disk.
   *
   * @param pictures what they stand for: the next ones in order
   * @param skippedIds which of the pictures have no row
   * @param text the others' rows
   */
  void append(List<Example> pictures, List<String> skippedIds, CharSequence text) {
    ChunkHead head = new ChunkHead(pictures.size(), skippedIds, fingerprint(pictures));
    byte[] json = head.toJson();
    byte[] csv = text.toString().getBytes(StandardCharsets.UTF_8);
    try {
      append(
          ByteBuffer.allocate(4 + json.length + csv.length)
              .putInt(json.length)
              .put(json)
              .put(csv)
              .array());
    } catch (IOException e) {
      throw stopped(e);
    }
    done += head.pictures();
    rows += head.rows();
    skipped.addAll(skippedIds);
  }

  private void append(byte[] payload) throws IOException {
    ByteBuffer record =
        ByteBuffer.allocate(RECORD_HEAD + payload.length)
            .putInt(payload.length)
            .putInt(checksum(payload))
            .put(payload)
            .flip();
    while (record.hasRemaining()) {
      channel.write(record);
    }
    channel.force(false);
  }

  /** Puts the table in its place, whole or not at all, and deletes this file. */
  void finish(String header) {
    try {
      WholeFile.write(
          table,
          out -> {
            out.write(header.getBytes(StandardCharsets.UTF_8));
            copyRows(out);
          });
      close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw stopped(e);
    }
  }

  private void copyRows(OutputStream out) throws IOException {
    long length = channel.size();
    DataInputStream in =
        new DataInputStream(Channels.newInputStream(channel.position(MAGIC.length)));
    byte[] payload = readPayload(in, length); // the settings
    for (int copied = 0; copied < done; ) {
      payload = readPayload(in, length);
      ChunkHead head = payload == null ? null : head(payload);
      if (payload == null || head == null) {
        throw new IOException(file + " was changed or damaged meanwhile; start again");
      }
      int start = 4 + ByteBuffer.wrap(payload).getInt();
      out.write(payload, start, payload.length - start);
      copied += head.pictures();
    }
  }

  /** The next record's payload, or null where there is none that is whole. */
  private static byte @Nullable [] readPayload(DataInputStream in, long fileLength)
      throws IOException {
    byte[] head = in.readNBytes(RECORD_HEAD);
    if (head.length < RECORD_HEAD) {
      return null;
    }
    int length = ByteBuffer.wrap(head).getInt();
    if (length <= 0 || length > fileLength) {
      return null;
    }
    byte[] payload = in.readNBytes(length);
    return payload.length == length && checksum(payload) == ByteBuffer.wrap(head).getInt(4)
        ? payload
        : null;
  }

  private static @Nullable ChunkHead head(byte[] payload) {
    int length = payload.length < 4 ? -1 : ByteBuffer.wrap(payload).getInt();
    if (length < 0 || length > payload.length - 4) {
      return null;
    }
    try {
      return ChunkHead.parse(text(payload, 4, length));
    } catch (RuntimeException e) {
      return null; // its checksum is right, but nobody here wrote it
    }
  }

  private static String text(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  /** A hash of the pictures' ids and contents. */
  private static String fingerprint(List<Example> pictures) {
    List<String> contents =
        Fingerprints.contents(pictures, Example::image, picture -> "unreadable");
    Hasher hasher = Hashing.sha256().newHasher();
    for (int i = 0; i < contents.size(); i++) {
      Fingerprints.putText(hasher, pictures.get(i).id());
      Fingerprints.putText(hasher, contents.get(i));
    }
    return hasher.hash().toString();
  }

  @Override
  public void close() {
    try {
      held.close();
    } catch (IOException e) {
      throw failure(table, e);
    }
  }
}
