package dev.dogvision.internal;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a file whole or not at all: beside its place under a hidden name, forced to the disk, and
 * renamed. Whoever reads the place sees the old file or the new one, never a part. What a dead
 * process has left under a hidden name is removed by the next that writes to the folder.
 */
public final class WholeFile {
  private static final Logger LOG = LoggerFactory.getLogger(WholeFile.class);
  private static final Pattern PART =
      Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.part");

  /** What this process is writing. A lock alone would not do: a process does not see its own. */
  private static final Set<Path> WRITING = ConcurrentHashMap.newKeySet();

  private WholeFile() {}

  /** What fills a file. */
  @FunctionalInterface
  public interface Content {

    /**
     * Writes everything.
     *
     * @param out where to; buffered, closed by the caller
     * @throws IOException if writing fails
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, replacing one that is there.
   *
   * @param file the place; its folder is made where it is missing
   * @param content what fills it
   * @throws IOException if it can't be written; the place is then as it was before
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Path parent = target.getParent();
    Path name = target.getFileName();
    if (parent == null || name == null) {
      throw new IOException(file + " is not a file's name");
    }
    createFolders(parent);
    Path folder = parent.toRealPath();
    removeLeftovers(folder);
    while (!writeAs(folder, name, content)) {
      LOG.debug("another process took a new part in {} for a leftover", folder);
    }
  }

  /** Returns false if another process took the empty part away before it was locked. */
  private static boolean writeAs(Path folder, Path name, Content content) throws IOException {
    Path beside = folder.resolve("." + name + "." + UUID.randomUUID() + ".part");
    WRITING.add(beside);
    try (FileChannel channel =
        FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      // Held until the part has its name, the lock tells other processes that the writer lives.
      if (!isOurs(channel, beside)) {
        return false;
      }
      fill(channel, content);
      move(beside, folder.resolve(name));
      forceFolder(folder);
      return true;
    } finally {
      Files.deleteIfExists(beside);
      WRITING.remove(beside);
    }
  }

  private static boolean isOurs(FileChannel channel, Path part) throws IOException {
    try {
      return channel.tryLock() != null && Files.exists(part);
    } catch (ClosedByInterruptException | FileLockInterruptionException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("no locks here, so nobody removes leftovers: {}", e.toString());
      return true;
    }
  }

  /**
   * Writes a new file in place and forces it to the disk.
   *
   * @param file the place; nothing may be there
   * @param content what fills it
   * @throws IOException if it can't be written
   */
  public static void writeThrough(Path file, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      fill(channel, content);
    }
  }

  private static void fill(FileChannel channel, Content content) throws IOException {
    OutputStream out =
        new BufferedOutputStream(new Unclosed(Channels.newOutputStream(channel)), 1 << 16);
    content.writeTo(out);
    out.flush();
    channel.force(true);
  }

  /**
   * Makes a folder and those above it, as far as they are missing, and forces their names to the
   * disk.
   *
   * @param folder the folder
   * @throws IOException if it can't be made
   */
  public static void createFolders(Path folder) throws IOException {
    Path missing = folder.toAbsolutePath();
    @Nullable Path there = missing;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    Files.createDirectories(missing);
    for (@Nullable Path made = missing;
        made != null && there != null && !made.equals(there);
        made = made.getParent()) {
      forceFolder(made.getParent() == null ? made : made.getParent());
    }
  }

  /**
   * Forces the names in a folder to the disk: a rename is on the disk only when its folder is.
   *
   * @param folder the folder
   */
  public static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{} can't be forced, as on Windows: {}", folder, e.toString());
    }
  }

  /**
   * Renames a file, replacing one that is there, in one step where the file system has such a step.
   *
   * @param from the file
   * @param to its new name, in the same folder
   * @throws IOException if it can't be renamed
   */
  public static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void removeLeftovers(Path folder) {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, WholeFile::isPart)) {
      for (Path part : parts) {
        // To open and close what this process writes would drop its lock.
        if (!WRITING.contains(part)) {
          removeIfLeft(part);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("leftovers in {} stay: {}", folder, e.toString());
    }
  }

  private static boolean isPart(Path file) {
    return PART.matcher(String.valueOf(file.getFileName())).matches()
        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static void removeIfLeft(Path part) {
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        Files.deleteIfExists(part);
      }
    } catch (IOException | UnsupportedOperationException | OverlappingFileLockException e) {
      LOG.debug("{} may have a writer: {}", part, e.toString());
    }
  }

  /** Keeps a writer that closes its stream from closing the channel before it is forced. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
