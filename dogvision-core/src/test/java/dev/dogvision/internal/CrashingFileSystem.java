package dev.dogvision.internal;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The real file system, until a process that writes to it "dies": after a given number of steps
 * that change something, each step fails, cleaning up included. A write that is the last step
 * leaves half of its bytes. What is on the disk then is what a killed process would have left.
 */
public final class CrashingFileSystem extends FileSystem {
  private final FileSystem real;
  private final Provider provider;
  private final long stepsToLive;
  private final boolean locks;
  private long steps;

  /**
   * A file system.
   *
   * @param real what is below it
   * @param stepsToLive how many steps succeed
   * @param locks whether files can be locked
   */
  public CrashingFileSystem(FileSystem real, long stepsToLive, boolean locks) {
    this.real = real;
    this.provider = new Provider();
    this.stepsToLive = stepsToLive;
    this.locks = locks;
  }

  /** How a step fails. */
  public static final class Crash extends IOException {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("the process is dead");
    }
  }

  /** Whether a step has failed. */
  public boolean crashed() {
    return steps > stepsToLive;
  }

  /** The same place on this file system. */
  public Path at(Path path) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "getFileSystem" -> this;
              case "equals" -> path.equals(below(arguments[0]));
              default -> wrap(invoke(path, method, arguments));
            };
    return (Path)
        Proxy.newProxyInstance(
            CrashingFileSystem.class.getClassLoader(), new Class<?>[] {OnThis.class}, handler);
  }

  /** What tells a path of a file system like this. */
  private interface OnThis extends Path {}

  private @Nullable Object wrap(@Nullable Object result) {
    if (result instanceof Path path) {
      return at(path);
    }
    if (result instanceof Iterator<?> iterator) {
      return new Iterator<Object>() {
        @Override
        public boolean hasNext() {
          return iterator.hasNext();
        }

        @Override
        public @Nullable Object next() {
          return wrap(iterator.next());
        }
      };
    }
    return result;
  }

  private static Object below(Object given) {
    return given instanceof OnThis wrapped ? Path.of(wrapped.toString()) : given;
  }

  private static @Nullable Object invoke(
      Object target, Method method, Object @Nullable [] arguments) throws Throwable {
    Object[] real = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < real.length; i++) {
      real[i] = below(real[i]);
    }
    try {
      return method.invoke(target, real);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private synchronized void step() throws IOException {
    steps++;
    if (crashed()) {
      throw new Crash();
    }
  }

  private synchronized boolean isLastStep() {
    return steps == stepsToLive;
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return real.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return real.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return at(real.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }

  private final class Provider extends FileSystemProvider {
    private final FileSystemProvider below = real.provider();

    private Path real(Path path) {
      return (Path) below(path);
    }

    @Override
    public String getScheme() {
      return "crashing";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      if (options.contains(StandardOpenOption.CREATE)
          || options.contains(StandardOpenOption.CREATE_NEW)) {
        step();
      }
      return new Channel(below.newFileChannel(real(path), options, attributes));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      DirectoryStream<Path> entries =
          below.newDirectoryStream(real(folder), entry -> filter.accept(at(entry)));
      return new DirectoryStream<>() {
        @Override
        @SuppressWarnings("unchecked") // wrap gives an iterator over paths for one over paths
        public Iterator<Path> iterator() {
          return (Iterator<Path>) wrap(entries.iterator());
        }

        @Override
        public void close() throws IOException {
          entries.close();
        }
      };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      step();
      below.createDirectory(real(folder), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
      step();
      below.delete(real(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
      step();
      below.copy(real(source), real(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      step();
      below.move(real(source), real(target), options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
      return below.isSameFile(real(one), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return below.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return below.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      below.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return below.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return below.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
        throws IOException {
      return below.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
        throws IOException {
      step();
      below.setAttribute(real(path), attribute, value, options);
    }
  }

  private final class Channel extends FileChannel {
    private final FileChannel below;

    Channel(FileChannel below) {
      this.below = below;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      boolean last = isLastStep();
      try {
        step();
      } catch (Crash e) {
        ByteBuffer half = source.duplicate().limit(source.position() + source.remaining() / 2);
        if (last) {
          below.write(half, position);
        }
        throw e;
      }
      return below.write(source, position);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int written = write(source, below.position());
      below.position(below.position() + written);
      return written;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      step();
      below.force(metaData);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return tryLock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      if (!locks) {
        throw new IOException("No locks available");
      }
      return below.tryLock(position, size, shared);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return below.read(target);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return below.read(target, position);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      return below.read(targets, offset, length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() throws IOException {
      return below.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      below.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return below.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      step();
      below.truncate(size);
      return this;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
        throws IOException {
      return below.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return below.map(mode, position, size);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      below.close();
    }
  }
}
