/** A meter of bytes in flight: what is held now, and the most that was held at once. Both pipelines are measured with one. */
export class Meter {
  #now = 0;
  #peak = 0;

  /** The most that was held at once. */
  get peak(): number {
    return this.#peak;
  }

  /** So many bytes more are held. */
  add(bytes: number): void {
    this.#now += bytes;
    this.#peak = Math.max(this.#peak, this.#now);
  }

  /** So many bytes fewer. */
  remove(bytes: number): void {
    this.#now -= bytes;
  }
}
