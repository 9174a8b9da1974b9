package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dogvision.image.ImageSource;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All pictures of a folder and of those in it. */
class FolderPicturesTest {
  @TempDir Path folder;

  private void image(String name) {
    ImageFixtures.jpegHeader(folder.resolve(name));
  }

  private List<String> names(FolderPictures pictures) {
    List<String> names = new ArrayList<>();
    pictures.forEachRemaining(
        (ImageSource picture) ->
            names.add(folder.relativize(Path.of(picture.name())).toString().replace('\\', '/')));
    return names;
  }

  @Test
  void goes_through_folders_in_the_order_of_names_pictures_first() {
    image("b/c.jpg");
    image("b/a/z.jpg");
    image("a/x.jpg");
    image("z.jpg");
    image("A.png");

    FolderPictures pictures = FolderPictures.below(folder);

    assertThat(names(pictures))
        .containsExactly("A.png", "z.jpg", "a/x.jpg", "b/c.jpg", "b/a/z.jpg");
    assertThat(pictures.passedOver()).isZero();
    assertThatThrownBy(pictures::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void counts_what_is_hidden_or_no_picture_and_leaves_out_folders_of_systems() {
    image("a.jpg");
    image("._a.jpg");
    image("without-suffix");
    image(".git/b.jpg");
    image("@eaDir/c.jpg");
    ImageFixtures.text(folder.resolve("notes.txt"), "hello");
    ImageFixtures.text(folder.resolve("cut.jpg.part"), "hello");

    FolderPictures pictures = FolderPictures.below(folder);

    assertThat(names(pictures)).containsExactly("a.jpg", "without-suffix");
    assertThat(pictures.passedOver()).isEqualTo(3);
  }

  @Test
  void photographs_in_formats_that_are_not_read_are_not_passed_over_in_silence() {
    ImageFixtures.write(
        folder.resolve("phone.heic"),
        new byte[] {0, 0, 0, 24, 'f', 't', 'y', 'p', 'h', 'e', 'i', 'c', 0, 0, 0, 0, 'm', 'i'});

    assertThat(names(FolderPictures.below(folder))).containsExactly("phone.heic");
  }

  @Test
  void a_link_back_ends() throws IOException {
    image("a/x.jpg");
    try {
      Files.createSymbolicLink(folder.resolve("a/back"), folder);
    } catch (FileSystemException e) {
      assumeThat(e).as("links can't be made here").isNull();
    }

    assertThat(names(FolderPictures.below(folder))).containsExactly("a/x.jpg");
  }

  @Test
  void refuses_what_is_no_folder() {
    image("a.jpg");
    assertThatThrownBy(() -> FolderPictures.below(folder.resolve("nothing")))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith("there is no folder ");
    assertThatThrownBy(() -> FolderPictures.below(folder.resolve("a.jpg")))
        .isInstanceOf(DatasetException.class)
        .hasMessageEndingWith("a.jpg is not a folder");
  }
}
