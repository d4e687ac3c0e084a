/**
 * A scene: what a viewer is to show, before any file format: tracks, and marks on them.
 *
 * Tracks form a tree. A lane carries slices that nest, a counter carries values, a group carries instants and other tracks.
 *
 * Invariants, which `sorted()` keeps for whoever writes a file:
 * - Each begin on a lane has its end, and they nest in the order of the marks of that lane.
 * - Times never go back; no time is negative.
 * - A mark that was made of an earlier event than another comes before it, if their times are equal: so an arrow's
 *   beginning comes before its end.
 */
import { compareMoments } from "../paths.ts";
import type { Moment } from "../paths.ts";

/** What can be said of a slice, name by name, in the order in which it is to be read. */
export type Facts = readonly (readonly [name: string, value: string | number | boolean])[];

export type TrackKind = "group" | "lane" | "counter";

export interface Track {
  /** From 1. */
  readonly id: number;
  readonly parent: Track | null;
  /** Lanes of one parent and one name are shown as one. */
  readonly name: string;
  readonly kind: TrackKind;
  /** Its place among the tracks of its parent. */
  readonly rank: number;
  /** What a counter counts. */
  readonly unit: string;
  /** Of a lane: the time of the last mark on it, in ns, and that mark's order. */
  lastTime: number;
  lastOrder: number;
}

export type MarkType = "begin" | "end" | "instant" | "counter";

/** What a slice or an instant is. */
export interface What {
  readonly name: string;
  readonly category: string;
  /** Asked for when the mark is written. */
  readonly facts: (() => Facts) | null;
  /** Marks of one job have the same number; those of none have 0, or nothing. */
  readonly job?: number;
}

export interface Mark {
  readonly type: MarkType;
  readonly track: Track;
  /** In whole nanoseconds. */
  readonly time: number;
  readonly order: number;
  /** Of a begin and an instant. */
  readonly what: What;
  /** Of a counter. */
  readonly value: number;
  /** The arrows that leave from it, and those that end at it. */
  leaving: number[] | null;
  arriving: number[] | null;
}

export class Scene {
  readonly tracks: Track[] = [];
  readonly #marks: Mark[] = [];
  #arrows = 0;

  addTrack(parent: Track | null, name: string, kind: TrackKind, rank: number, unit = ""): Track {
    const track = { id: this.tracks.length + 1, parent, name, kind, rank, unit, lastTime: 0, lastOrder: 0 };
    this.tracks.push(track);
    return track;
  }

  begin(track: Track, at: Moment, what: What): Mark {
    return this.#add("begin", track, at, what);
  }

  end(track: Track, at: Moment): void {
    this.#add("end", track, at, nothing);
  }

  instant(track: Track, at: Moment, what: What): Mark {
    return this.#add("instant", track, at, what);
  }

  counter(track: Track, at: Moment, value: number): void {
    this.#add("counter", track, at, nothing, value);
  }

  /** An arrow between two marks that are a begin or an instant; the first must be of the earlier event. */
  arrow(from: Mark, to: Mark): void {
    this.#arrows++;
    (from.leaving ??= []).push(this.#arrows);
    (to.arriving ??= []).push(this.#arrows);
  }

  /** All marks in the order in which they are to be written. */
  sorted(): readonly Mark[] {
    // Sorting is stable, and the marks of one track are in their order already.
    return this.#marks.sort(compareMoments);
  }

  #add(type: MarkType, track: Track, at: Moment, what: What, value = 0): Mark {
    let time = Math.max(0, Math.round(at.time * 1e6));
    let { order } = at;
    if (track.kind === "lane") {
      time = track.lastTime = Math.max(track.lastTime, time);
      order = track.lastOrder = Math.max(track.lastOrder, order);
    }
    const mark: Mark = { type, track, time, order, what, value, leaving: null, arriving: null };
    this.#marks.push(mark);
    return mark;
  }
}

const nothing: What = { name: "", category: "", facts: null };
