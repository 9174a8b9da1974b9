package dev.dogvision.site;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** What a search looks through, as a script: a page that is opened from disk can fetch no data. */
final class SearchIndex {
  private SearchIndex() {}

  static String script(List<Page> pages) {
    JsonArray sections = new JsonArray();
    for (Page page : pages) {
      for (Page.Section section : page.sections()) {
        JsonObject entry = new JsonObject();
        entry.addProperty(
            "a", page.address() + (section.anchor().isEmpty() ? "" : "#" + section.anchor()));
        entry.addProperty("l", page.language().tag);
        entry.addProperty("p", page.shortTitle());
        entry.addProperty("h", section.heading());
        entry.addProperty("t", section.text());
        sections.add(entry);
      }
    }
    return "window.searchIndex = " + new Gson().toJson(sections) + ";\n";
  }
}
