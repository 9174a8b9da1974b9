/** Labelled photographs: reading, checking, describing, limiting and splitting them. */
@NullMarked
package dev.dogvision.data;

import org.jspecify.annotations.NullMarked;
