/** Something to do at a point in virtual time. */
export interface Timer {
  readonly time: number;
  /** Order of creation: decides among timers of the same time. */
  readonly sequence: number;
  fire(): void;
  /** A cancelled timer is passed over; it stays in the heap until then. */
  cancelled: boolean;
}

/** A heap of timers in the order (time, sequence). */
export class Timers {
  private readonly heap: Timer[] = [];

  push(timer: Timer): void {
    const { heap } = this;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(timer, heap[parent] as Timer)) break;
      heap[index] = heap[parent] as Timer;
      index = parent;
    }
    heap[index] = timer;
  }

  /** The earliest timer that is not cancelled; it stays. */
  peek(): Timer | undefined {
    while (this.heap[0]?.cancelled) this.removeFirst();
    return this.heap[0];
  }

  /** Takes out the earliest timer that is not cancelled. */
  pop(): Timer | undefined {
    const first = this.peek();
    if (first !== undefined) this.removeFirst();
    return first;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
      if (!before(heap[child] as Timer, last)) break;
      heap[index] = heap[child] as Timer;
      index = child;
    }
    heap[index] = last;
  }
}

function before(left: Timer, right: Timer): boolean {
  return left.time < right.time || (left.time === right.time && left.sequence < right.sequence);
}
