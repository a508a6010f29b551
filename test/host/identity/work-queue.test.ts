import { expect, test } from "vitest";
import { QueueFull, WorkQueue } from "../../../host/kit/work-queue.ts";

/** A queue whose pieces of work end when the test says so; `order` tells in which order they began. */
function started(...limits: ConstructorParameters<typeof WorkQueue>) {
  const queue = new WorkQueue(...limits);
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const add = (name: string, owner?: string) =>
    queue.run(async () => {
      order.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    }, owner);
  /** Ends all work in the order in which it began. */
  const drain = async () => {
    while (queue.running > 0) {
      ends.shift()?.();
      await new Promise(setImmediate);
    }
  };
  return { queue, order, add, drain };
}

test("a hundred pieces of one owner's work delay another's by one", async () => {
  const { order, add, drain } = started(1, 200);
  const flood = Array.from({ length: 100 }, (_, index) => add(`flood ${index}`, "one"));
  const other = add("other", "another");
  await drain();
  await Promise.all([...flood, other]);
  expect(order.indexOf("other")).toBeLessThanOrEqual(2);
  expect(order).toHaveLength(101);
});

test("owners take turns, each in the order in which they came", async () => {
  const { order, add, drain } = started(1, 10);
  const work = [add("a0", "a"), add("a1", "a"), add("a2", "a"), add("b1", "b"), add("c1", "c"), add("b2", "b")];
  await drain();
  await Promise.all(work);
  expect(order).toEqual(["a0", "a1", "b1", "c1", "a2", "b2"]);
});

test("when all places are taken, whoever has most of them loses the last of theirs to one who has less", async () => {
  const { queue, order, add, drain } = started(1, 3);
  const work = [add("a0", "a"), add("a1", "a"), add("a2", "a"), add("a3", "a")].map((one) =>
    one.catch((error) => error),
  );
  await expect(add("a4", "a")).rejects.toThrow(QueueFull);
  const others = [add("b1", "b"), add("c1", "c").catch((error) => error)];
  expect(queue.waiting).toBe(3);
  await drain();
  expect((await Promise.all(work)).map((one) => one instanceof QueueFull)).toEqual([false, false, true, true]);
  expect([...order].sort()).toEqual(["a0", "a1", "b1", "c1"]);
  await Promise.all(others);
});

test("one owner has no more than a share of the places", async () => {
  const { add, drain } = started(1, 100, 2);
  const work = [add("a0", "a"), add("a1", "a"), add("a2", "a")];
  await expect(add("a3", "a")).rejects.toThrow(QueueFull);
  const other = add("b", "b");
  await drain();
  expect(await Promise.all([...work, other])).toEqual(["a0", "a1", "a2", "b"]);
});

test("goes on after work that fails", async () => {
  const queue = new WorkQueue(1, 1);
  const failing = queue.run(async () => Promise.reject(new Error("no")));
  const next = queue.run(async () => "yes");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("yes");
  expect([queue.running, queue.waiting]).toEqual([0, 0]);
});
