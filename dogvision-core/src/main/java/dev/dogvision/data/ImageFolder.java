package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import dev.dogvision.internal.Excerpt;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds images by id below one folder. Each folder is listed once and ids are looked up in the
 * listing, so an id is never used as a path by itself.
 */
final class ImageFolder {
  /** Of shorter names most are close to each other. */
  private static final int SHORTEST_TO_COMPARE = 4;

  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://");
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

  /**
   * An id's image.
   *
   * @param file the file; null where there is none, or it may not be used
   * @param refusal why it may not be used, or null
   * @param alternatives how many other files could have been meant
   * @param restored whether the id is one that a spreadsheet has changed, and the file the only one
   *     that it can have meant
   */
  record Found(@Nullable Path file, @Nullable String refusal, int alternatives, boolean restored) {
    static final Found NOTHING = new Found(null, null, 0);

    Found(@Nullable Path file, @Nullable String refusal, int alternatives) {
      this(file, refusal, alternatives, false);
    }
  }

  private final Path root;
  private final Path realRoot;
  private final boolean followLinks;
  private final Map<String, Listing> listings = new HashMap<>();
  private final Set<Path> claimed = new HashSet<>();

  ImageFolder(Path root, boolean followLinks) {
    this.root = root;
    this.followLinks = followLinks;
    this.realRoot = realFolder(root);
  }

  private static Path realFolder(Path folder) {
    if (!Files.exists(folder)) {
      throw new DatasetException("there is no folder of images " + folder.toAbsolutePath());
    }
    if (!Files.isDirectory(folder)) {
      throw new DatasetException(folder.toAbsolutePath() + " is not a folder of images");
    }
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new DatasetException(folder + " cannot be read: " + e, e);
    }
  }

  /** Why an id may not name an image below a folder, whatever is there, or null. */
  static @Nullable String refusal(String id) {
    if (id.indexOf('\\') >= 0) {
      return "holds a backslash; separate folders by '/'";
    }
    if (id.startsWith("/") || DRIVE.matcher(id).matches()) {
      return "is an absolute path; expected one relative to the folder of images";
    }
    if (URL.matcher(id).lookingAt()) {
      return "is a URL; expected the name of an image in a folder: download the images first";
    }
    for (String part : id.split("/", -1)) {
      if (part.equals("..")) {
        return "leaves the folder of images";
      }
      if (part.isEmpty() || part.equals(".")) {
        return "is not a plain relative path";
      }
    }
    try {
      Path folder = Path.of("").toAbsolutePath();
      return FileNames.resolve(folder, id).startsWith(folder) ? null : "is an absolute path";
    } catch (InvalidPathException e) {
      return "is not a path: " + e.getReason();
    }
  }

  /** The image of an id that {@link #refusal} has nothing against. */
  Found find(String id) {
    int slash = id.lastIndexOf('/');
    Listing listing = listing(slash < 0 ? "" : id.substring(0, slash));
    if (listing.refusal != null) {
      return new Found(null, listing.refusal, 0);
    }
    String name = normal(id.substring(slash + 1));
    List<String> names = listing.names(name);
    if (names.isEmpty()) {
      String restored = SpreadsheetIds.restored(name, listing.byStem.keySet()).orElse(null);
      if (restored != null) {
        Found found = file(listing, listing.names(restored));
        return new Found(found.file(), found.refusal(), found.alternatives(), true);
      }
    }
    return file(listing, names);
  }

  /** The first of several names that is a file. */
  private Found file(Listing listing, List<String> names) {
    int alternatives = 0;
    for (String candidate : names) {
      Path file = FileNames.resolve(listing.folder, candidate);
      claimed.add(file);
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        alternatives = names.size() - 1;
        names.forEach(other -> claimed.add(FileNames.resolve(listing.folder, other)));
        return new Found(file, null, alternatives);
      }
      if (Files.isSymbolicLink(file) && Files.isRegularFile(file)) {
        String refusal = linkRefusal(file);
        return new Found(refusal == null ? file : null, refusal, names.size() - 1);
      }
    }
    return Found.NOTHING;
  }

  private @Nullable String linkRefusal(Path link) {
    if (followLinks) {
      return null;
    }
    try {
      Path target = link.toRealPath();
      return target.startsWith(realRoot)
          ? null
          : "is a link that leaves the folder of images, to "
              + target
              + "; where that is meant, call .followLinks()";
    } catch (IOException e) {
      return "is a link that cannot be followed: " + e;
    }
  }

  /** What an id without an image may have meant, the likeliest first. */
  List<String> close(String id) {
    int slash = id.lastIndexOf('/');
    String before = id.substring(0, slash + 1);
    Set<String> names = listing(slash < 0 ? "" : id.substring(0, slash)).byStem.keySet();
    String name = normal(id.substring(slash + 1));
    List<String> close = SpreadsheetIds.candidates(name, names);
    if (close.isEmpty() && !SpreadsheetIds.isRounded(name)) {
      String stem = ImageFiles.suffixRank(name) >= 0 ? ImageFiles.stem(name) : name;
      String bare = CloseNames.bare(stem);
      close = names.stream().filter(other -> CloseNames.bare(other).equals(bare)).sorted().toList();
      if (close.isEmpty() && stem.length() >= SHORTEST_TO_COMPARE) {
        close = CloseNames.to(stem, names);
      }
    }
    return close.stream().map(other -> before + other).toList();
  }

  /** A photograph by an id's name that is none to us, and what is in its way. */
  Optional<String> notRead(String id) {
    int slash = id.lastIndexOf('/');
    Listing listing = listing(slash < 0 ? "" : id.substring(0, slash));
    String wanted = normal(id.substring(slash + 1));
    if (listing.refusal != null || !Files.isDirectory(listing.folder)) {
      return Optional.empty();
    }
    for (String name : names(listing.folder)) {
      if (normal(name).equals(wanted) || normal(ImageFiles.stem(name)).equals(wanted)) {
        String problem = ImageFiles.notRead(listing.folder, name);
        if (problem != null) {
          return Optional.of("there is " + Excerpt.of(name) + ", " + problem);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether there is an image by an id's name; never fails. */
  static boolean holds(Path root, String id) {
    try {
      return refusal(id) == null && new ImageFolder(root, true).find(id).file() != null;
    } catch (DatasetException e) {
      return false;
    }
  }

  /**
   * The folders that stand before all of some ids, with a slash at their end, if the images are in
   * the root itself.
   */
  Optional<String> surplusFolder(List<String> ids) {
    String first = ids.get(0);
    String folders = first.substring(0, first.lastIndexOf('/') + 1);
    boolean surplus =
        !folders.isEmpty()
            && ids.stream()
                .allMatch(
                    id ->
                        id.startsWith(folders)
                            && !listing("")
                                .names(normal(id.substring(folders.length())))
                                .isEmpty());
    return surplus ? Optional.of(folders) : Optional.empty();
  }

  /** The folder above the root, from where folders such as {@code train/} lead to the root. */
  Optional<Path> above(String folders) {
    Path above = root.toAbsolutePath().normalize();
    for (String name : Lists.reverse(List.of(folders.split("/")))) {
      if (above == null || !name.equals(String.valueOf(above.getFileName()))) {
        return Optional.empty();
      }
      above = above.getParent();
    }
    return Optional.ofNullable(above);
  }

  /** The first folder below the root that has an image by an id's name. */
  Optional<String> folderBelow(String id) {
    String name = normal(id.substring(id.lastIndexOf('/') + 1));
    return names(root).stream()
        .filter(folder -> Files.isDirectory(FileNames.resolve(root, folder)))
        .filter(folder -> !listing(folder).names(name).isEmpty())
        .findFirst();
  }

  /** Images in the folders that ids pointed at which no id asked for, sorted by name. */
  List<String> unclaimed() {
    Set<String> names = new TreeSet<>();
    listings.forEach(
        (relative, listing) -> {
          for (String name : listing.all) {
            Path file = FileNames.resolve(listing.folder, name);
            if (!claimed.contains(file) && Files.isRegularFile(file)) {
              names.add(relative.isEmpty() ? name : relative + "/" + name);
            }
          }
        });
    return ImmutableList.copyOf(names);
  }

  /** The number of images in the folders looked at so far. */
  int imageCount() {
    Listing unused = listing("");
    return listings.values().stream().mapToInt(listing -> listing.all.size()).sum();
  }

  private Listing listing(String relative) {
    return listings.computeIfAbsent(relative, this::list);
  }

  private Listing list(String relative) {
    Path folder = relative.isEmpty() ? root : FileNames.resolve(root, relative);
    if (!Files.isDirectory(folder)) {
      return new Listing(folder, List.of(), null);
    }
    try {
      if (!followLinks && !folder.toRealPath().startsWith(realRoot)) {
        return new Listing(
            folder,
            List.of(),
            "lies in "
                + folder
                + ", a link that leaves the folder of images; where that is meant, call"
                + " .followLinks()");
      }
    } catch (IOException e) {
      throw new DatasetException(folder + " cannot be read: " + e, e);
    }
    return new Listing(folder, imageNames(folder), null);
  }

  /** The names in a folder that are an image's by their suffix or their content, sorted. */
  static List<String> imageNames(Path folder) {
    return names(folder).stream().filter(name -> ImageFiles.isImage(folder, name)).toList();
  }

  /** The names in a folder, but for hidden ones, sorted. */
  static List<String> names(Path folder) {
    return allNames(folder).stream().filter(name -> !ImageFiles.isHidden(name)).toList();
  }

  /**
   * The names of folders in a folder that are there for a system's or a program's use; hidden ones
   * if there are images in them.
   */
  static List<String> systemFolders(Path folder) {
    return allNames(folder).stream()
        .filter(
            name ->
                SystemFolders.include(name) && Files.isDirectory(FileNames.resolve(folder, name)))
        .filter(
            name ->
                !ImageFiles.isHidden(name)
                    || !imageNames(FileNames.resolve(folder, name)).isEmpty())
        .toList();
  }

  private static List<String> allNames(Path folder) {
    return entries(folder, entry -> FileNames.isText(entry) ? FileNames.of(entry) : null);
  }

  /** The names in a folder, but for hidden ones, that are no texts and so no ids, sorted. */
  static List<String> illegibleNames(Path folder) {
    return entries(folder, entry -> FileNames.isText(entry) ? null : FileNames.legible(entry))
        .stream()
        .filter(name -> !ImageFiles.isHidden(name))
        .toList();
  }

  /** The same of all folders looked at so far. */
  List<String> illegibleNames() {
    Set<String> names = new TreeSet<>();
    listings.forEach(
        (relative, listing) -> {
          if (listing.refusal == null && Files.isDirectory(listing.folder)) {
            illegibleNames(listing.folder)
                .forEach(name -> names.add(relative.isEmpty() ? name : relative + "/" + name));
          }
        });
    return ImmutableList.copyOf(names);
  }

  private static List<String> entries(Path folder, Function<Path, @Nullable String> toName) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = toName.apply(entry);
        if (name != null) {
          names.add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new DatasetException("the folder " + folder + " cannot be listed: " + e, e);
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }

  /** File systems differ in how they compose accents; what one sees is compared. */
  private static String normal(String name) {
    return VisibleText.of(name);
  }

  private static final class Listing {
    private final Path folder;
    private final List<String> all;
    private final @Nullable String refusal;
    private final Map<String, List<String>> byStem = new HashMap<>();
    private final Set<String> exact = new HashSet<>();

    Listing(Path folder, List<String> all, @Nullable String refusal) {
      this.folder = folder;
      this.all = all;
      this.refusal = refusal;
      List<String> byPreference = new ArrayList<>(all);
      byPreference.sort(
          Comparator.comparing((String name) -> !normal(name).equals(name))
              .thenComparing(name -> ImageFiles.suffixRank(name) < 0)
              .thenComparingInt(ImageFiles::suffixRank)
              .thenComparing(Comparator.naturalOrder()));
      for (String name : byPreference) {
        exact.add(name);
        byStem.computeIfAbsent(normal(ImageFiles.stem(name)), stem -> new ArrayList<>()).add(name);
      }
    }

    /** The files that a last part of an id may mean, the most likely first. */
    List<String> names(String name) {
      if (exact.contains(name)) {
        return List.of(name);
      }
      if (ImageFiles.suffixRank(name) >= 0) {
        List<String> named =
            byStem.getOrDefault(ImageFiles.stem(name), List.of()).stream()
                .filter(other -> normal(other).equalsIgnoreCase(name))
                .toList();
        if (!named.isEmpty()) {
          return named;
        }
      }
      return byStem.getOrDefault(name, List.of());
    }
  }
}
