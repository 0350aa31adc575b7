import { createSlots } from './slots.ts';

const live = new AbortController().signal;

describe('createSlots', () => {
  it('lets in as many as there are places, and the others in the order they came', async () => {
    const slots = createSlots(1);
    const order: string[] = [];
    const enter = async (name: string) => {
      const leave = await slots.take(live);
      order.push(name);
      return leave;
    };
    const leaveFirst = await enter('first');
    const second = enter('second');
    const third = enter('third');
    expect(order).toEqual(['first']);
    leaveFirst();
    (await second)();
    (await third)();
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('counts a place that is given back twice once', async () => {
    const slots = createSlots(1);
    const leave = await slots.take(live);
    leave();
    leave();
    await slots.take(live);
    const waiting = new AbortController();
    const denied = slots.take(waiting.signal);
    waiting.abort(new Error('still full'));
    await expect(denied).rejects.toThrow('still full');
  });

  it('keeps no place for who gave up waiting', async () => {
    const slots = createSlots(1);
    const leave = await slots.take(live);
    const impatient = new AbortController();
    const gaveUp = slots.take(impatient.signal);
    const patient = slots.take(live);
    impatient.abort(new Error('too slow'));
    await expect(gaveUp).rejects.toThrow('too slow');
    leave();
    await expect(patient).resolves.toBeInstanceOf(Function);
  });

  it('turns away who comes with an aborted signal', async () => {
    await expect(createSlots(1).take(AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });
});
