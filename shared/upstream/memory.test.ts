import { itHasChannels, itIsABinaryCache } from './contract.ts';
import { memoryBinaryCache, memoryChannels } from './memory.ts';

describe('memoryBinaryCache', () => itIsABinaryCache(memoryBinaryCache));
describe('memoryChannels', () => itHasChannels(({ channels, releases }) => memoryChannels(channels, releases)));
