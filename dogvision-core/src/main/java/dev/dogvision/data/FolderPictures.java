package dev.dogvision.data;

import static java.util.Objects.requireNonNull;

import dev.dogvision.image.ImageSource;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a folder and of all folders in it, one after the other, for {@code
 * predictor.stream(...)}: however many there are, the names of one folder a level are held.
 *
 * <pre>{@code
 * FolderPictures pictures = FolderPictures.below(Path.of("photographs"));
 * predictor.stream(pictures).forEach(System.out::println);
 * System.out.println(pictures.passedOver() + " files are no pictures");
 * }</pre>
 *
 * <p>In each folder pictures come first, then its folders, both in the order of their names (by
 * UTF-16 code units, which no locale changes). Links are followed, but not back into a folder that
 * the walk is in. What systems and programs hide or put among one's own, such as {@code .git} or
 * {@code @eaDir}, is passed over. A photograph in a format that is not read, such as HEIC, is among
 * the pictures, so that whoever reads it can say so. Nothing is opened before it is reached, and
 * nothing needs to be closed. For one thread.
 */
public final class FolderPictures implements Iterator<ImageSource> {
  private final Deque<Level> levels = new ArrayDeque<>();
  private final Map<Path, String> unreadableFolders = new LinkedHashMap<>();
  private int passedOver;
  private @Nullable ImageSource next;

  /** A folder that the walk is in, and what of it is to come. */
  private record Level(Path folder, Path real, Deque<String> files, Deque<Path> folders) {}

  private FolderPictures(Path folder) {
    if (!Files.exists(folder)) {
      throw new DatasetException("there is no folder " + folder.toAbsolutePath());
    }
    if (!Files.isDirectory(folder)) {
      throw new DatasetException(folder.toAbsolutePath() + " is not a folder");
    }
    enter(folder);
  }

  /**
   * The pictures of a folder and of all folders in it.
   *
   * @param folder the folder
   * @return a walk that has not begun
   * @throws DatasetException if there is no such folder
   */
  public static FolderPictures below(Path folder) {
    return new FolderPictures(folder);
  }

  /**
   * How many files were passed over so far: hidden ones and those that are no pictures. Those in
   * hidden folders and in folders of systems are not looked at and don't count.
   *
   * @return at least 0; final once {@link #hasNext()} is false
   */
  public int passedOver() {
    return passedOver;
  }

  /**
   * Folders that could not be listed so far, and why.
   *
   * @return in the order in which they were met
   */
  public Map<Path, String> unreadableFolders() {
    return Collections.unmodifiableMap(unreadableFolders);
  }

  @Override
  public boolean hasNext() {
    while (next == null && !levels.isEmpty()) {
      Level level = levels.getLast();
      String file = level.files().poll();
      if (file != null) {
        if (isPicture(level.folder(), file)) {
          next = ImageSource.of(level.folder().resolve(file));
        } else {
          passedOver++;
        }
        continue;
      }
      Path folder = level.folders().poll();
      if (folder == null) {
        levels.removeLast();
      } else {
        enter(folder);
      }
    }
    return next != null;
  }

  @Override
  public ImageSource next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more pictures");
    }
    ImageSource result = next;
    next = null;
    return requireNonNull(result);
  }

  private static boolean isPicture(Path folder, String name) {
    return !ImageFiles.isHidden(name)
        && (ImageFiles.isImage(folder, name) || ImageFiles.notRead(folder, name) != null);
  }

  private void enter(Path folder) {
    List<String> files = new ArrayList<>();
    List<Path> folders = new ArrayList<>();
    Path real;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      real = folder.toRealPath();
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!Files.isDirectory(entry)) {
          files.add(name);
        } else if (!SystemFolders.include(name)) {
          folders.add(entry);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      unreadableFolders.put(folder, String.valueOf(e));
      return;
    }
    if (levels.stream().anyMatch(level -> level.real().equals(real))) {
      return; // a link to where the walk comes from
    }
    Collections.sort(files);
    folders.sort((one, other) -> String.valueOf(one).compareTo(String.valueOf(other)));
    levels.addLast(new Level(folder, real, new ArrayDeque<>(files), new ArrayDeque<>(folders)));
  }
}
