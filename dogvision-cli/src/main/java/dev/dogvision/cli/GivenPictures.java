package dev.dogvision.cli;

import dev.dogvision.data.FolderPictures;
import dev.dogvision.image.ImageSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The pictures that a command line names, one after the other: files, those of folders and of
 * folders in them, and standard input.
 */
final class GivenPictures implements Iterator<ImageSource> {
  /** Stands for standard input. */
  static final String STANDARD_INPUT = "-";

  private final Deque<String> names;
  private final Map<Path, String> unreadableFolders = new LinkedHashMap<>();
  private int passedOver;
  private @Nullable FolderPictures folder;

  GivenPictures(List<String> names) {
    this.names = new ArrayDeque<>(names);
  }

  @Override
  public boolean hasNext() {
    while (true) {
      FolderPictures open = folder;
      if (open != null) {
        if (open.hasNext()) {
          return true;
        }
        passedOver += open.passedOver();
        unreadableFolders.putAll(open.unreadableFolders());
        folder = null;
      }
      String name = names.peek();
      if (name == null || !isFolder(name)) {
        return name != null;
      }
      folder = FolderPictures.below(Path.of(names.remove()));
    }
  }

  @Override
  public ImageSource next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more pictures");
    }
    FolderPictures open = folder;
    if (open != null) {
      return open.next();
    }
    String name = names.remove();
    return name.equals(STANDARD_INPUT)
        ? ImageSource.once("standard input", System.in)
        : ImageSource.of(Path.of(name));
  }

  /** How many files of folders are no pictures, or hidden. */
  int passedOver() {
    return passedOver;
  }

  /** Folders that can't be listed, and why. */
  Map<Path, String> unreadableFolders() {
    return unreadableFolders;
  }

  private static boolean isFolder(String name) {
    return !name.equals(STANDARD_INPUT) && Files.isDirectory(Path.of(name));
  }
}
