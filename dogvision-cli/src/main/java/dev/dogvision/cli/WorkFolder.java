package dev.dogvision.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Where everything is kept that it takes to go on with a training. */
final class WorkFolder {
  private static final String CHECKPOINTS = "checkpoints";
  private static final String EMBEDDINGS = "embeddings";

  private final Path folder;

  WorkFolder(Path folder) {
    this.folder = folder;
  }

  /** The folder that goes with a model which is not there yet: beside it. */
  static WorkFolder beside(Path model) {
    Path target = model.toAbsolutePath().normalize();
    return new WorkFolder(model.resolveSibling(target.getFileName() + ".training"));
  }

  Path checkpoints() {
    return folder.resolve(CHECKPOINTS);
  }

  Path embeddings() {
    return folder.resolve(EMBEDDINGS);
  }

  /** Removes what a training has left in it, and the folder where nothing else is in it. */
  void remove() throws IOException {
    delete(checkpoints());
    delete(embeddings());
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      return; // somebody else's files
    }
  }

  private static void delete(Path all) throws IOException {
    if (!Files.isDirectory(all)) {
      return;
    }
    Files.walkFileTree(
        all,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path done, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(done);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
